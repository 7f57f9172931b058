// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// A block of TEAM on the words of one text and the patches of one image: self-attention
/// over the words (q = k = text + LN(R), v = LN(R)), cross-attention to the patches (q = text +
/// LN(R), k = v = patches), an MLP; each with its residual.
struct TokenBlock: Sendable {
  let own: AttentionLayer
  let cross: AttentionLayer
  let mlp: FeedForward

  init(
    _ index: Int, width: Int, hidden: Int, dropout: Float, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    let name = "alignment.team.block\(index)"
    let key = key.derived(UInt64(index))
    func drop(_ part: Int) -> Dropout {
      Dropout(probability: dropout, key: key, purpose: RandomPurpose.matchDropout[part])
    }
    own = AttentionLayer("\(name).self", width: width, dropout: drop(0), in: &layout)
    cross = AttentionLayer("\(name).cross", width: width, dropout: drop(1), in: &layout)
    mlp = FeedForward(
      "\(name).mlp", width: width, hidden: hidden, dropout: dropout, key: key, in: &layout)
  }

  /// Memory of some rows of words.
  struct Rows: @unchecked Sendable {
    let own: AttentionLayer.Rows
    /// Of the words' own keys and values, and their gradients, `[rows, width]`.
    let key: MatrixView
    let value: MatrixView
    let keyGradient: MatrixView
    let valueGradient: MatrixView
    let cross: AttentionLayer.Rows
    let mlp: FeedForward.Rows
    /// R behind the block, `[rows, width]`.
    let retrieved: MatrixView
    private let back: MatrixView

    struct Slots: Sendable {
      let own: AttentionLayer.Rows.Slots
      let cross: AttentionLayer.Rows.Slots
      let mlp: FeedForward.Rows.Slots
      let views: [Workspace.Slot]
    }

    static func reserve(
      _ count: Int, width: Int, hidden: Int, tokens: TokenShape, in workspace: inout Workspace
    ) -> Slots {
      Slots(
        own: AttentionLayer.Rows.reserve(
          count, width: width, keyCount: tokens.textCount, in: &workspace),
        cross: AttentionLayer.Rows.reserve(
          count, width: width, keyCount: tokens.visualCount, in: &workspace),
        mlp: FeedForward.Rows.reserve(count, width: width, hidden: hidden, in: &workspace),
        views: (0..<6).map { _ in workspace.reserve(count, width) })
    }

    init(_ slots: Slots, in workspace: Workspace) {
      own = AttentionLayer.Rows(slots.own, in: workspace)
      cross = AttentionLayer.Rows(slots.cross, in: workspace)
      mlp = FeedForward.Rows(slots.mlp, in: workspace)
      key = workspace[slots.views[0]]
      value = workspace[slots.views[1]]
      keyGradient = workspace[slots.views[2]]
      valueGradient = workspace[slots.views[3]]
      retrieved = workspace[slots.views[4]]
      back = workspace[slots.views[5]]
    }

    fileprivate func backRows(_ rows: Range<Int>) -> MatrixView { back.rows(rows) }
  }

  /// Replaces R `[all rows, width]` in `rows`, the words of one pair.
  ///
  /// - Parameters:
  ///   - text: `[words, width]`.
  ///   - keys: of the image's patches, for this block.
  func forward(
    _ r: MatrixView, text: MatrixView, keys: MatrixView, values: MatrixView, _ state: Rows,
    _ rows: Range<Int>, _ place: DropoutPlace, _ parameters: ParameterBlock
  ) {
    own.prepare(r, text: text, state.own, rows, parameters)
    own.key.forward(state.own.input.rows(rows), into: state.key.rows(rows), parameters)
    own.value.forward(state.own.norm.output.rows(rows), into: state.value.rows(rows), parameters)
    own.retrieve(
      r, keys: state.key.rows(rows), values: state.value.rows(rows), state.own, rows, place,
      parameters)
    cross.prepare(r, text: text, state.cross, rows, parameters)
    cross.retrieve(r, keys: keys, values: values, state.cross, rows, place, parameters)
    mlp.forward(
      r, state.mlp, rows, step: place.step, firstKey: place.firstRow, parameters)
    state.retrieved.rows(rows).copy(from: r.rows(rows))
  }

  /// From ∂L/∂R behind the block to that before it, in place; adds to the text's gradient
  /// and writes those of the patches' keys and values.
  func backward(
    _ gradient: MatrixView, textGradient: MatrixView, keys: MatrixView, values: MatrixView,
    keyGradient: MatrixView, valueGradient: MatrixView, _ state: Rows, _ rows: Range<Int>,
    _ place: DropoutPlace, _ parameters: ParameterBlock
  ) {
    mlp.backward(
      gradient, state.mlp, rows, step: place.step, firstKey: place.firstRow, parameters)
    cross.backward(
      gradient, keys: keys, values: values, keyGradient: keyGradient,
      valueGradient: valueGradient, state.cross, rows, place, parameters)
    add(state.cross.norm.gradient, to: textGradient, rows)
    cross.norm.backward(state.cross.norm, addingTo: gradient, rows, parameters)

    own.backward(
      gradient, keys: state.key.rows(rows), values: state.value.rows(rows),
      keyGradient: state.keyGradient.rows(rows), valueGradient: state.valueGradient.rows(rows),
      state.own, rows, place, parameters)
    let back = state.backRows(rows)
    let input = state.own.norm.gradient
    own.key.inputGradient(state.keyGradient.rows(rows), into: back, parameters)
    for (at, row) in rows.enumerated() {
      marnet_add(back.row(at), input.row(row), back.columnCount)
    }
    add(input, to: textGradient, rows)
    own.value.inputGradient(state.valueGradient.rows(rows), into: back, parameters)
    for (at, row) in rows.enumerated() {
      marnet_add(back.row(at), input.row(row), back.columnCount)
    }
    own.norm.backward(state.own.norm, addingTo: gradient, rows, parameters)
  }

  private func add(_ source: MatrixView, to sum: MatrixView, _ rows: Range<Int>) {
    for row in rows { marnet_add(source.row(row), sum.row(row), sum.columnCount) }
  }
}
