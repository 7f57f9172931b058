// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The match loss of words and patches: blocks that retrieve of an image what each word asks
/// for, R₀ = 0, and of each block a score, the mean over words of cos(W_i R, W_t word). The
/// losses of all blocks are summed.
///
/// Tokens pass through the projectors of the features, so that the loss moves E_v, which is
/// all that scoring keeps of it; `addProjectorGradients` adds that part.
final class TokenMatch: @unchecked Sendable {
  let blocks: [TokenBlock]
  let projection: ScoreProjection
  let memory: TokenMemory
  let chunk: TokenChunk
  let sums: GradientSums
  let shape: TokenShape
  /// The layers of chunks' weight gradients, tile by tile.
  let tiles: [Tile]
  private let slots: [ParameterSlot]

  init(
    _ options: TEAM, _ shape: AlignmentShape, tokens: TokenShape, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    let before = layout.slots.count
    let (d, hidden) = (shape.width, options.hiddenRatio * shape.width)
    blocks = (0..<options.blockCount).map {
      TokenBlock(
        $0, width: d, hidden: hidden, dropout: options.dropout, key: key, in: &layout)
    }
    projection = ScoreProjection(inputs: d, outputs: options.projectionWidth, in: &layout)
    slots = Array(layout.slots[before...])
    self.shape = tokens
    memory = TokenMemory(
      pairCount: shape.pairCount, tokens: tokens, width: d, projected: options.projectionWidth,
      blockCount: options.blockCount)
    chunk = TokenChunk(
      pairCount: shape.pairCount, tokens: tokens, width: d, hidden: hidden,
      projected: options.projectionWidth, blockCount: options.blockCount)
    sums = GradientSums(
      columnCount: max(d, hidden, tokens.visualWidth, tokens.textWidth))
    tiles = Self.tiles(blocks, projection, chunk)
  }

  /// The loss times `weight`; writes the gradients of its parameters, and keeps those of the
  /// tokens. Of 2 pairs or more.
  func evaluate(
    _ pairs: AlignmentPairs, _ tokens: PairTokens, negativeImages: UnsafePointer<Int32>,
    negativeTexts: UnsafePointer<Int32>, weight: Float, _ parameters: ParameterBlock,
    pool: WorkerPool
  ) -> Double {
    let n = pairs.count
    sums.prepare(threadCount: pool.threadCount)
    for slot in slots { parameters.gradient(of: slot).fill(0) }
    countWords(n, tokens)
    pool.forEach(n) { pair, _ in project(pair, tokens, parameters) }
    let scale = projection.scale.value(parameters)
    var (loss, logitSum) = (0.0, 0.0)
    var first = 0
    while first < n {
      let triples = first..<min(first + chunk.tripleCount, n)
      let rows = lay(triples, negativeImages, negativeTexts)
      pool.forEach(triples.count) { triple, _ in
        evaluate(
          triple, of: triples.lowerBound, step: pairs.step, scale: scale,
          share: weight / Float(n), parameters)
      }
      sum(3 * triples.count, rowCount: rows, parameters, pool: pool)
      for triple in 0..<triples.count {
        loss += chunk.outcomes[triple].loss
        logitSum += chunk.outcomes[triple].logitSum
      }
      first = triples.upperBound
    }
    finish(n, tokens, parameters, pool: pool)
    let share = Double(weight) / Double(n)
    projection.scale.writeGradient(share * logitSum, parameters)
    return share * loss
  }

  private func countWords(_ n: Int, _ tokens: PairTokens) {
    var count = 0
    for pair in 0..<n {
      memory.starts[pair] = count
      let isWord = tokens.views.isWord + tokens.rows[pair] * shape.textCount
      for word in 0..<shape.textCount where isWord[word] { count += 1 }
    }
    memory.starts[n] = count
  }

  /// Patches and words of one pair in the shared space, and what every score reads of them.
  private func project(_ pair: Int, _ tokens: PairTokens, _ parameters: ParameterBlock) {
    let (row, patches) = (tokens.rows[pair], patches(of: pair))
    memory.patchGradient.rows(patches).fill(0)
    tokens.module.project(
      tokens.views.patches(row), with: tokens.module.visual,
      into: memory.patches.rows(patches), parameters)
    for (index, block) in blocks.enumerated() {
      let of = memory.blocks[index]
      block.cross.key.forward(
        memory.patches.rows(patches), into: of.keys.rows(patches), parameters)
      block.cross.value.forward(
        memory.patches.rows(patches), into: of.values.rows(patches), parameters)
      of.keyGradient.rows(patches).fill(0)
      of.valueGradient.rows(patches).fill(0)
    }
    guard let projector = tokens.module.text else { return }
    let words = memory.range(pair)
    var next = words.lowerBound
    let (source, isWord) = (
      tokens.views.words(row), tokens.views.isWord + row * shape.textCount
    )
    for word in 0..<shape.textCount where isWord[word] {
      memory.rawWords.row(next).update(from: source.row(word), count: shape.textWidth)
      next += 1
    }
    tokens.module.project(
      memory.rawWords.rows(words), with: projector, into: memory.words.rows(words), parameters)
    projection.text.forward(
      memory.words.rows(words), into: memory.units.unit.rows(words), parameters)
    memory.units.normalise(memory.units.unit, words)
    memory.wordGradient.rows(words).fill(0)
    memory.unitGradient.rows(words).fill(0)
  }

  func patches(of image: Int) -> Range<Int> {
    image * shape.visualCount..<(image + 1) * shape.visualCount
  }

  /// Gives the pairs of some triples their rows in the chunk.
  ///
  /// - Returns: how many rows there are.
  private func lay(
    _ triples: Range<Int>, _ negativeImages: UnsafePointer<Int32>,
    _ negativeTexts: UnsafePointer<Int32>
  ) -> Int {
    var row = 0
    func place(_ index: Int, text: Int, image: Int) {
      let isPresent = text >= 0 && image >= 0
      let count = isPresent ? memory.range(text).count : 0
      chunk.pairs[index] = TokenChunk.Pair(
        text: text, image: isPresent ? image : -1, first: row, count: count)
      row += count
    }
    for (at, i) in triples.enumerated() {
      place(3 * at, text: i, image: i)
      place(3 * at + 1, text: i, image: Int(negativeImages[i]))
      place(3 * at + 2, text: Int(negativeTexts[i]), image: i)
    }
    return row
  }
}
