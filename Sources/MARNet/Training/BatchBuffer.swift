// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The rows of a step side by side, standardised: what networks read. Made once a training.
///
/// `@unchecked Sendable`: workers write disjoint rows, then the network reads them.
final class BatchBuffer: @unchecked Sendable {
  let rowCount: Int
  let visual: MatrixView
  let text: MatrixView
  let targets: MatrixView
  let visualTokens: MatrixView
  let textTokens: MatrixView
  let weights: UnsafeMutablePointer<Float>
  let hasText: UnsafeMutablePointer<Float>
  let labels: UnsafeMutablePointer<Int32>
  let isWord: UnsafeMutablePointer<Bool>
  private let tokens: TokenShape?
  private let order: UnsafeMutablePointer<Int>
  private let workspace: Workspace

  init(_ rows: TrainingRows, batchSize: Int) {
    rowCount = batchSize
    tokens = rows.rows.tokens?.shape
    var workspace = Workspace()
    let visual = workspace.reserve(batchSize, rows.rows.visual.width)
    let text = workspace.reserve(batchSize, rows.rows.text.width)
    let targets = workspace.reserve(batchSize, rows.rows.classCount)
    let visualTokens = workspace.reserve(batchSize, rows.rows.tokens?.visual.width ?? 0)
    let textTokens = workspace.reserve(batchSize, rows.rows.tokens?.text.width ?? 0)
    let weights = workspace.reserve(1, batchSize)
    let hasText = workspace.reserve(1, batchSize)
    workspace.make()
    self.workspace = workspace
    self.visual = workspace[visual]
    self.text = workspace[text]
    self.targets = workspace[targets]
    self.visualTokens = workspace[visualTokens]
    self.textTokens = workspace[textTokens]
    self.weights = workspace[weights].pointer
    self.hasText = workspace[hasText].pointer
    labels = .allocate(capacity: batchSize)
    labels.initialize(repeating: -1, count: batchSize)
    let wordCount = batchSize * (tokens?.textCount ?? 0)
    isWord = .allocate(capacity: max(wordCount, 1))
    isWord.initialize(repeating: false, count: max(wordCount, 1))
    order = .allocate(capacity: batchSize)
    for row in 0..<batchSize { (order + row).initialize(to: row) }
  }

  deinit {
    labels.deallocate()
    isWord.deallocate()
    order.deallocate()
  }

  /// The batch; valid while this lives and until the next one is written.
  var batch: TrainingBatch {
    TrainingBatch(
      visual: visual, text: text, targets: targets, weights: weights, labels: labels,
      hasText: hasText, rows: UnsafeBufferPointer(start: order, count: rowCount),
      tokens: tokens.map {
        TokenViews(shape: $0, visual: visualTokens, text: textTokens, isWord: isWord)
      })
  }

  /// Writes everything of row `row` but its features and targets, which stand there already,
  /// into place `place`.
  func writeMarks(_ row: Int, of rows: TrainingRows, into place: Int) {
    weights[place] = rows.weight(of: row, target: targets.row(place))
    hasText[place] = rows.rows.hasText[row] ? 1 : 0
    labels[place] = rows.rows.labels[row]
    guard let tokens = rows.rows.tokens, let shape = self.tokens else { return }
    let source = rows.rows.source(row)
    tokens.visual.copyStored(source, into: visualTokens.row(place))
    tokens.text.copyStored(source, into: textTokens.row(place))
    let words = isWord + place * shape.textCount
    for word in 0..<shape.textCount {
      words[word] = tokens.isWord[source * shape.textCount + word]
    }
  }
}
