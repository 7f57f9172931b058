// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

extension TokenMatch {
  /// Some output units of a layer, with all that it read in a chunk: the projection of R is
  /// one layer of all blocks.
  struct Tile: @unchecked Sendable {
    let layer: Linear
    let index: Int
    let sources: [(gradient: MatrixView, input: MatrixView)]
  }

  static func tiles(
    _ blocks: [TokenBlock], _ projection: ScoreProjection, _ chunk: TokenChunk
  ) -> [Tile] {
    typealias Source = (gradient: MatrixView, input: MatrixView)
    var layers: [(Linear, [Source])] = [
      (
        projection.image,
        blocks.indices.map {
          (gradient: chunk.unitGradients[$0], input: chunk.blocks[$0].retrieved)
        }
      )
    ]
    for (block, rows) in zip(blocks, chunk.blocks) {
      let (own, cross, mlp) = (rows.own, rows.cross, rows.mlp)
      layers += [
        (block.mlp.up, [(gradient: mlp.hidden, input: mlp.norm.output)]),
        (block.mlp.down, [(gradient: mlp.output, input: mlp.activated)]),
        (block.own.query, [(gradient: own.queryGradient, input: own.input)]),
        (block.own.key, [(gradient: rows.keyGradient, input: own.input)]),
        (block.own.value, [(gradient: rows.valueGradient, input: own.norm.output)]),
        (block.own.output, [(gradient: own.output, input: own.context)]),
        (block.cross.query, [(gradient: cross.queryGradient, input: cross.input)]),
        (block.cross.output, [(gradient: cross.output, input: cross.context)]),
      ]
    }
    return layers.flatMap { layer, sources in
      (0..<GradientSums.tiles(layer)).map { Tile(layer: layer, index: $0, sources: sources) }
    }
  }

  /// Adds what a chunk's first `rowCount` rows of words owe to weights, patches and words.
  func sum(_ pairCount: Int, rowCount: Int, _ parameters: ParameterBlock, pool: WorkerPool) {
    let all = 0..<rowCount
    pool.forEach(tiles.count + blocks.count + 1) { task, worker in
      if task < tiles.count {
        let tile = tiles[task]
        for source in tile.sources {
          sums.add(
            tile.layer, source.gradient.rows(all), source.input.rows(all), tile: tile.index,
            worker: worker, into: parameters)
        }
      } else if task < tiles.count + blocks.count {
        let index = task - tiles.count
        let (block, rows) = (blocks[index], chunk.blocks[index])
        block.own.norm.addGradients(rows.own.norm, all, into: parameters)
        block.cross.norm.addGradients(rows.cross.norm, all, into: parameters)
        block.mlp.norm.addGradients(rows.mlp.norm, all, into: parameters)
        sumPatches(pairCount, index)
      } else {
        sumWords(pairCount)
      }
    }
  }

  /// In the order of pairs: an image stands in several.
  private func sumPatches(_ pairCount: Int, _ block: Int) {
    let of = memory.blocks[block]
    for index in 0..<pairCount where chunk.pairs[index].isPresent {
      let image = chunk.pairs[index].image
      for patch in 0..<shape.visualCount {
        let (from, to) = (index * shape.visualCount + patch, image * shape.visualCount + patch)
        marnet_add(
          chunk.keyGradients[block].row(from), of.keyGradient.row(to), of.keys.columnCount)
        marnet_add(
          chunk.valueGradients[block].row(from), of.valueGradient.row(to), of.keys.columnCount)
      }
    }
  }

  private func sumWords(_ pairCount: Int) {
    for index in 0..<pairCount where chunk.pairs[index].isPresent {
      let pair = chunk.pairs[index]
      let words = memory.range(pair.text)
      for (at, row) in pair.rows.enumerated() {
        let word = words.lowerBound + at
        marnet_add(
          chunk.wordGradient.row(row), memory.wordGradient.row(word), memory.words.columnCount)
        marnet_add(
          chunk.wordUnitGradient.row(row), memory.unitGradient.row(word), projection.width)
      }
    }
  }

  /// Once all chunks are in: the gradients of the projected tokens, and of the layers that
  /// read them.
  func finish(
    _ n: Int, _ tokens: PairTokens, _ parameters: ParameterBlock, pool: WorkerPool
  ) {
    pool.forEach(n) { pair, _ in
      let (patches, words) = (self.patches(of: pair), memory.range(pair))
      let gradient = memory.patchGradient.rows(patches)
      for (index, block) in blocks.enumerated() {
        let of = memory.blocks[index]
        // Keys of the step are no longer needed: their rows are memory.
        let back = of.keys.rows(patches)
        block.cross.key.inputGradient(of.keyGradient.rows(patches), into: back, parameters)
        for row in 0..<back.rowCount {
          marnet_add(back.row(row), gradient.row(row), back.columnCount)
        }
        block.cross.value.inputGradient(of.valueGradient.rows(patches), into: back, parameters)
        for row in 0..<back.rowCount {
          marnet_add(back.row(row), gradient.row(row), back.columnCount)
        }
      }
      tokens.module.activationGradient(gradient, at: memory.patches.rows(patches))
      memory.units.propagate(memory.unitGradient, words)
      let (back, ofWords) = (memory.back.rows(words), memory.wordGradient.rows(words))
      projection.text.inputGradient(memory.unitGradient.rows(words), into: back, parameters)
      for row in 0..<back.rowCount { marnet_add(back.row(row), ofWords.row(row), back.columnCount) }
      tokens.module.activationGradient(ofWords, at: memory.words.rows(words))
    }
    let (patches, words) = (0..<n * shape.visualCount, 0..<memory.starts[n])
    let tilesOfD = GradientSums.tiles(blocks[0].cross.key)
    let tilesOfText = GradientSums.tiles(projection.text)
    pool.forEach(2 * blocks.count * tilesOfD + tilesOfText) { task, worker in
      if task < tilesOfText {
        sums.add(
          projection.text, memory.unitGradient.rows(words), memory.words.rows(words), tile: task,
          worker: worker, into: parameters)
        return
      }
      let (layer, tile) = ((task - tilesOfText) / tilesOfD, (task - tilesOfText) % tilesOfD)
      let (block, of) = (blocks[layer / 2], memory.blocks[layer / 2])
      sums.add(
        layer % 2 == 0 ? block.cross.key : block.cross.value,
        (layer % 2 == 0 ? of.keyGradient : of.valueGradient).rows(patches),
        memory.patches.rows(patches), tile: tile, worker: worker, into: parameters)
    }
  }

  /// Adds what the tokens owe to the projectors, whose gradients by the features stand.
  func addProjectorGradients(
    _ n: Int, _ tokens: PairTokens, _ parameters: ParameterBlock, pool: WorkerPool
  ) {
    guard let projector = tokens.module.text else { return }
    let words = 0..<memory.starts[n]
    let tiles = GradientSums.tiles(projector)
    pool.forEach(2 * tiles) { task, worker in
      if task % 2 == 1 {
        sums.add(
          projector, memory.wordGradient.rows(words), memory.rawWords.rows(words),
          tile: task / 2, worker: worker, into: parameters)
        return
      }
      for pair in 0..<n {
        sums.add(
          tokens.module.visual, memory.patchGradient.rows(patches(of: pair)),
          tokens.views.patches(tokens.rows[pair]), tile: task / 2, worker: worker,
          into: parameters)
      }
    }
  }
}
