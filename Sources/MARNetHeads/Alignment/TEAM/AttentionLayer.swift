// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// One attention of a block, with its residual: R + D(W_o Attention(W_q q, W_k k, W_v v)),
/// the query q = text + LN(R).
///
/// Keys and values are the caller's: the block's own words, or the patches of an image.
struct AttentionLayer: Sendable {
  let norm: LayerNorm
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let attention: Attention
  private let dropout: Dropout

  init(
    _ name: String, width: Int, dropout: Dropout, in layout: inout ParameterLayout
  ) {
    norm = LayerNorm("\(name).norm", width: width, in: &layout)
    func linear(_ part: String) -> Linear {
      Linear("\(name).\(part)", inputs: width, outputs: width, in: &layout)
    }
    query = linear("query")
    key = linear("key")
    value = linear("value")
    output = linear("output")
    attention = Attention(width: width)
    self.dropout = dropout
  }

  /// Memory of some rows of words.
  struct Rows: @unchecked Sendable {
    let norm: LayerNorm.Rows
    /// text + LN(R), W_q of it and its gradient, each `[rows, width]`.
    let input: MatrixView
    let query: MatrixView
    let queryGradient: MatrixView
    /// Retrieved values, and their gradient.
    let context: MatrixView
    fileprivate let contextGradient: MatrixView
    /// W_o of them, then its gradient.
    let output: MatrixView
    /// `[rows, heads · keys]`, and memory `[rows, keys]`.
    fileprivate let probabilities: MatrixView
    fileprivate let memory: MatrixView

    struct Slots: Sendable {
      let norm: LayerNorm.Rows.Slots
      let views: [Workspace.Slot]
    }

    static func reserve(
      _ count: Int, width: Int, keyCount: Int, in workspace: inout Workspace
    ) -> Slots {
      let heads = Attention(width: width).headCount
      return Slots(
        norm: LayerNorm.Rows.reserve(count, width, in: &workspace),
        views: (0..<6).map { _ in workspace.reserve(count, width) }
          + [workspace.reserve(count, heads * keyCount), workspace.reserve(count, keyCount)])
    }

    init(_ slots: Slots, in workspace: Workspace) {
      norm = LayerNorm.Rows(slots.norm, in: workspace)
      input = workspace[slots.views[0]]
      query = workspace[slots.views[1]]
      queryGradient = workspace[slots.views[2]]
      context = workspace[slots.views[3]]
      contextGradient = workspace[slots.views[4]]
      output = workspace[slots.views[5]]
      probabilities = workspace[slots.views[6]]
      memory = workspace[slots.views[7]]
    }
  }

  /// LN(R), and text + LN(R).
  func prepare(
    _ r: MatrixView, text: MatrixView, _ state: Rows, _ rows: Range<Int>,
    _ parameters: ParameterBlock
  ) {
    norm.forward(r, state.norm, rows, parameters)
    for (at, row) in rows.enumerated() {
      let input = state.input.row(row)
      input.update(from: text.row(at), count: text.columnCount)
      marnet_add(state.norm.output.row(row), input, text.columnCount)
    }
  }

  /// Adds to R what the words retrieve of `keys` and `values`.
  func retrieve(
    _ r: MatrixView, keys: MatrixView, values: MatrixView, _ state: Rows, _ rows: Range<Int>,
    _ place: DropoutPlace, _ parameters: ParameterBlock
  ) {
    let (context, output) = (state.context.rows(rows), state.output.rows(rows))
    query.forward(state.input.rows(rows), into: state.query.rows(rows), parameters)
    attention.forward(
      state.query.rows(rows), keys: keys, values: values,
      probabilities: state.probabilities.rows(rows), into: context)
    self.output.forward(context, into: output, parameters)
    dropout.apply(output, into: output, step: place.step, firstRow: place.firstRow)
    for (at, row) in rows.enumerated() { marnet_add(output.row(at), r.row(row), r.columnCount) }
  }

  /// From ∂L/∂R to the gradients of keys and values; that of text + LN(R), but for what
  /// comes through the keys, goes into the norm's gradient.
  func backward(
    _ gradient: MatrixView, keys: MatrixView, values: MatrixView,
    keyGradient: MatrixView, valueGradient: MatrixView, _ state: Rows, _ rows: Range<Int>,
    _ place: DropoutPlace, _ parameters: ParameterBlock
  ) {
    let (back, output) = (state.contextGradient.rows(rows), state.output.rows(rows))
    dropout.apply(
      gradient.rows(rows), into: output, step: place.step, firstRow: place.firstRow)
    self.output.inputGradient(output, into: back, parameters)
    attention.backward(
      back, query: state.query.rows(rows), keys: keys, values: values,
      probabilities: state.probabilities.rows(rows), memory: state.memory.rows(rows),
      into: (
        query: state.queryGradient.rows(rows), keys: keyGradient, values: valueGradient
      ))
    query.inputGradient(
      state.queryGradient.rows(rows), into: state.norm.gradient.rows(rows), parameters)
  }
}

/// What keys the dropout of some rows.
struct DropoutPlace: Sendable {
  let step: Int
  let firstRow: Int
}
