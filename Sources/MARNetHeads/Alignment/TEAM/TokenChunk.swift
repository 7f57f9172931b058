// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory for the triples that are worked on at a time: a pair of the batch, its text with
/// another image, its image with another text. Forward and backward of a triple need no
/// other triple, so that activations of a few are all that is ever held.
struct TokenChunk: @unchecked Sendable {
  /// Rows of words, about.
  private static let rowTarget = 512

  /// One of the three pairs; text and image are positions in the batch, -1 without.
  struct Pair {
    var text = 0
    var image = -1
    var first = 0
    var count = 0

    var rows: Range<Int> { first..<first + count }
    var isPresent: Bool { image >= 0 }
  }

  let tripleCount: Int
  let blocks: [TokenBlock.Rows]
  /// Of each block, what the scores are cosines of, and its gradient, `[rows, width]`.
  let units: [UnitRows]
  let unitGradients: [MatrixView]
  /// Gradients of the patches' keys and values by pair, `[pairs · Lv, d]`, for each block.
  let keyGradients: [MatrixView]
  let valueGradients: [MatrixView]
  /// R, ∂L/∂R, memory, and the gradient of the words by pair, `[rows, d]`.
  let r: MatrixView
  let gradient: MatrixView
  let back: MatrixView
  let wordGradient: MatrixView
  /// Gradient of the projected words by pair, `[rows, width]`.
  let wordUnitGradient: MatrixView
  /// Of each triple: loss and Σ of derivatives by logits times logits.
  let outcomes: UnsafeMutablePointer<(loss: Double, logitSum: Double)>
  let pairs: UnsafeMutablePointer<Pair>
  private let owner: Owner
  private let workspace: Workspace

  private final class Owner: @unchecked Sendable {
    let outcomes: UnsafeMutablePointer<(loss: Double, logitSum: Double)>
    let pairs: UnsafeMutablePointer<Pair>

    init(_ count: Int) {
      outcomes = .allocate(capacity: count)
      outcomes.initialize(repeating: (loss: 0, logitSum: 0), count: count)
      pairs = .allocate(capacity: 3 * count)
      pairs.initialize(repeating: Pair(), count: 3 * count)
    }

    deinit {
      outcomes.deallocate()
      pairs.deallocate()
    }
  }

  init(
    pairCount: Int, tokens: TokenShape, width: Int, hidden: Int, projected: Int, blockCount: Int
  ) {
    tripleCount = min(pairCount, max(1, Self.rowTarget / (3 * tokens.textCount)))
    let rows = 3 * tripleCount * tokens.textCount
    let patches = 3 * tripleCount * tokens.visualCount
    var workspace = Workspace()
    let blocks = (0..<blockCount).map { _ in
      TokenBlock.Rows.reserve(
        rows, width: width, hidden: hidden, tokens: tokens, in: &workspace)
    }
    let wide = (0..<2 * blockCount + 1).map { _ in workspace.reserve(rows, projected) }
    let norms = (0..<blockCount).map { _ in workspace.reserve(1, rows) }
    let ofPatches = (0..<2 * blockCount).map { _ in workspace.reserve(patches, width) }
    let narrow = (0..<4).map { _ in workspace.reserve(rows, width) }
    workspace.make()
    self.workspace = workspace
    self.blocks = blocks.map { TokenBlock.Rows($0, in: workspace) }
    units = (0..<blockCount).map {
      UnitRows(unit: workspace[wide[$0]], inverseNorms: workspace[norms[$0]].pointer)
    }
    unitGradients = (0..<blockCount).map { workspace[wide[blockCount + $0]] }
    wordUnitGradient = workspace[wide[2 * blockCount]]
    keyGradients = (0..<blockCount).map { workspace[ofPatches[$0]] }
    valueGradients = (0..<blockCount).map { workspace[ofPatches[blockCount + $0]] }
    r = workspace[narrow[0]]
    gradient = workspace[narrow[1]]
    back = workspace[narrow[2]]
    wordGradient = workspace[narrow[3]]
    owner = Owner(tripleCount)
    outcomes = owner.outcomes
    pairs = owner.pairs
  }
}
