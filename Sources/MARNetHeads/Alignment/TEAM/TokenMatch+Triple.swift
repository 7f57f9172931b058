// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

extension TokenMatch {
  /// Forward and backward of one triple of the chunk: its loss, and every gradient that does
  /// not concern other triples.
  ///
  /// - Parameters:
  ///   - first: position in the batch of the chunk's first pair; with the triple it keys dropout.
  ///   - share: of a triple in the loss.
  func evaluate(
    _ triple: Int, of first: Int, step: Int, scale: Float, share: Float,
    _ parameters: ParameterBlock
  ) {
    func place(_ k: Int) -> DropoutPlace {
      DropoutPlace(step: step, firstRow: (3 * (first + triple) + k) * shape.textCount)
    }
    let pairs = chunk.pairs + 3 * triple
    for k in 0..<3 where pairs[k].isPresent {
      let rows = pairs[k].rows
      chunk.r.rows(rows).fill(0)
      chunk.gradient.rows(rows).fill(0)
      chunk.wordGradient.rows(rows).fill(0)
      chunk.wordUnitGradient.rows(rows).fill(0)
    }
    chunk.outcomes[triple] = (loss: 0, logitSum: 0)
    for block in blocks.indices {
      var scores = SIMD3<Float>(repeating: 0)
      for k in 0..<3 where pairs[k].isPresent {
        scores[k] = score(pairs[k], block, place(k), parameters)
      }
      let outcome = MatchLoss.evaluate(
        scores, hasNegative: (image: pairs[1].isPresent, text: pairs[2].isPresent), scale: scale)
      chunk.outcomes[triple].loss += outcome.loss
      chunk.outcomes[triple].logitSum += outcome.logitSum
      for k in 0..<3 where pairs[k].isPresent {
        spread(share * outcome.gradient[k], pairs[k], block)
      }
    }
    for k in 0..<3 where pairs[k].isPresent {
      backward(pairs[k], 3 * triple + k, place(k), parameters)
    }
  }

  /// The score of a pair behind a block.
  private func score(
    _ pair: TokenChunk.Pair, _ block: Int, _ place: DropoutPlace, _ parameters: ParameterBlock
  ) -> Float {
    let (rows, patches, words) = (pair.rows, patches(of: pair.image), memory.range(pair.text))
    blocks[block].forward(
      chunk.r, text: memory.words.rows(words), keys: memory.blocks[block].keys.rows(patches),
      values: memory.blocks[block].values.rows(patches), chunk.blocks[block], rows, place,
      parameters)
    let units = chunk.units[block]
    projection.image.forward(chunk.r.rows(rows), into: units.unit.rows(rows), parameters)
    units.normalise(units.unit, rows)
    var sum = 0.0
    for (at, row) in rows.enumerated() {
      sum += marnet_dot(
        units.unit.row(row), memory.units.unit.row(words.lowerBound + at), projection.width)
    }
    return Float(sum / Double(rows.count))
  }

  /// From a score's derivative to the unit rows it is made of.
  private func spread(_ gradient: Float, _ pair: TokenChunk.Pair, _ block: Int) {
    let each = gradient / Float(pair.count)
    let words = memory.range(pair.text)
    for (at, row) in pair.rows.enumerated() {
      let (u, t) = (chunk.units[block].unit.row(row), memory.units.unit.row(words.lowerBound + at))
      marnet_scale(t, chunk.unitGradients[block].row(row), projection.width, each)
      marnet_add_scaled(each, u, chunk.wordUnitGradient.row(row), projection.width)
    }
    chunk.units[block].propagate(chunk.unitGradients[block], pair.rows)
  }

  /// Through all blocks of one pair, the last first.
  private func backward(
    _ pair: TokenChunk.Pair, _ index: Int, _ place: DropoutPlace, _ parameters: ParameterBlock
  ) {
    let (rows, patches) = (pair.rows, patches(of: pair.image))
    let own = index * shape.visualCount..<(index + 1) * shape.visualCount
    for block in blocks.indices.reversed() {
      let back = chunk.back.rows(rows)
      projection.image.inputGradient(
        chunk.unitGradients[block].rows(rows), into: back, parameters)
      for (at, row) in rows.enumerated() {
        marnet_add(back.row(at), chunk.gradient.row(row), back.columnCount)
      }
      blocks[block].backward(
        chunk.gradient, textGradient: chunk.wordGradient,
        keys: memory.blocks[block].keys.rows(patches),
        values: memory.blocks[block].values.rows(patches),
        keyGradient: chunk.keyGradients[block].rows(own),
        valueGradient: chunk.valueGradients[block].rows(own), chunk.blocks[block], rows, place,
        parameters)
    }
  }
}
