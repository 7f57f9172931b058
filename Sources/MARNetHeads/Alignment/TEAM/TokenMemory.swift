// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What the match loss of tokens keeps of a whole step: patches by image, words by text. Words
/// stand without gaps: padding has no row anywhere.
struct TokenMemory: @unchecked Sendable {
  /// What a block makes of the patches, and the gradients, each `[n · Lv, d]`.
  struct Patches: @unchecked Sendable {
    let keys: MatrixView
    let values: MatrixView
    let keyGradient: MatrixView
    let valueGradient: MatrixView
  }

  /// Projected patches `[n · Lv, d]` and words `[words, d]`, and their gradients.
  let patches: MatrixView
  let patchGradient: MatrixView
  let words: MatrixView
  let wordGradient: MatrixView
  /// `[words, Ds]`, as they came.
  let rawWords: MatrixView
  /// W_t of the words with norm 1, its gradient, `[words, width]`, and memory `[words, d]`.
  let units: UnitRows
  let unitGradient: MatrixView
  let back: MatrixView
  let blocks: [Patches]
  /// First word of each text, and their number behind the last, `[n + 1]`.
  let starts: UnsafeMutablePointer<Int>
  private let startsOwner: AlignedBuffer
  private let workspace: Workspace

  init(pairCount n: Int, tokens: TokenShape, width: Int, projected: Int, blockCount: Int) {
    var workspace = Workspace()
    let (images, texts) = (n * tokens.visualCount, n * tokens.textCount)
    let ofPatches = (0..<2 + 4 * blockCount).map { _ in workspace.reserve(images, width) }
    let ofWords = (0..<3).map { _ in workspace.reserve(texts, width) }
    let raw = workspace.reserve(texts, tokens.textWidth)
    let wide = (0..<2).map { _ in workspace.reserve(texts, projected) }
    let norms = workspace.reserve(1, texts)
    workspace.make()
    self.workspace = workspace
    patches = workspace[ofPatches[0]]
    patchGradient = workspace[ofPatches[1]]
    blocks = (0..<blockCount).map { block in
      let views = ofPatches[2 + 4 * block..<6 + 4 * block].map { workspace[$0] }
      return Patches(
        keys: views[0], values: views[1], keyGradient: views[2], valueGradient: views[3])
    }
    words = workspace[ofWords[0]]
    wordGradient = workspace[ofWords[1]]
    back = workspace[ofWords[2]]
    rawWords = workspace[raw]
    units = UnitRows(unit: workspace[wide[0]], inverseNorms: workspace[norms].pointer)
    unitGradient = workspace[wide[1]]
    // Two floats hold an integer.
    startsOwner = AlignedBuffer(count: 2 * (n + 1))
    starts = UnsafeMutableRawPointer(startsOwner.pointer).assumingMemoryBound(to: Int.self)
  }

  /// The words of a text.
  func range(_ text: Int) -> Range<Int> { starts[text]..<starts[text + 1] }
}
