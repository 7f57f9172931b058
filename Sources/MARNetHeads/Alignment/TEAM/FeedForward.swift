// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The MLP of a block, with its residual: R + D′(W₂ D(GELU(W₁ LN(R) + b₁)) + b₂).
///
/// The authors' block drops the output twice in a row, once inside the MLP and once behind
/// it: D′ is one mask of probability 1 − (1 − p)².
struct FeedForward: Sendable {
  let norm: LayerNorm
  let up: Linear
  let down: Linear
  private let hiddenDropout: Dropout
  private let outputDropout: Dropout

  /// - Parameter hidden: width of the hidden layer.
  init(
    _ name: String, width: Int, hidden: Int, dropout: Float, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    norm = LayerNorm("\(name).norm", width: width, in: &layout)
    up = Linear("\(name).up", inputs: width, outputs: hidden, in: &layout)
    down = Linear("\(name).down", inputs: hidden, outputs: width, in: &layout)
    hiddenDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.matchDropout[2])
    outputDropout = Dropout(
      probability: 1 - (1 - dropout) * (1 - dropout), key: key,
      purpose: RandomPurpose.matchDropout[3])
  }

  /// Memory of some rows.
  struct Rows: @unchecked Sendable {
    let norm: LayerNorm.Rows
    /// Derivative of the activation, then ∂L/∂ of its input, `[rows, hidden]`.
    let hidden: MatrixView
    /// The dropped-out activation.
    let activated: MatrixView
    private let back: MatrixView
    /// The output, then its gradient, `[rows, width]`.
    let output: MatrixView

    struct Slots: Sendable {
      let norm: LayerNorm.Rows.Slots
      let hidden: [Workspace.Slot]
      let output: Workspace.Slot
    }

    static func reserve(
      _ count: Int, width: Int, hidden: Int, in workspace: inout Workspace
    ) -> Slots {
      Slots(
        norm: LayerNorm.Rows.reserve(count, width, in: &workspace),
        hidden: (0..<3).map { _ in workspace.reserve(count, hidden) },
        output: workspace.reserve(count, width))
    }

    init(_ slots: Slots, in workspace: Workspace) {
      norm = LayerNorm.Rows(slots.norm, in: workspace)
      hidden = workspace[slots.hidden[0]]
      activated = workspace[slots.hidden[1]]
      back = workspace[slots.hidden[2]]
      output = workspace[slots.output]
    }

    fileprivate func backRows(_ rows: Range<Int>) -> MatrixView { back.rows(rows) }
  }

  /// Replaces rows of R; `firstKey` keys the dropout of the first of them.
  func forward(
    _ r: MatrixView, _ state: Rows, _ rows: Range<Int>, step: Int, firstKey: Int,
    _ parameters: ParameterBlock
  ) {
    norm.forward(r, state.norm, rows, parameters)
    let (hidden, activated) = (state.hidden.rows(rows), state.activated.rows(rows))
    up.product(state.norm.output.rows(rows), into: hidden, parameters)
    if let bias = up.bias {
      let b = parameters[bias].pointer
      for row in 0..<rows.count {
        marnet_bias_gelu(hidden.row(row), b, activated.row(row), hidden.columnCount)
      }
    }
    hiddenDropout.apply(activated, into: activated, step: step, firstRow: firstKey)
    let output = state.output.rows(rows)
    down.forward(activated, into: output, parameters)
    outputDropout.apply(output, into: output, step: step, firstRow: firstKey)
    for (at, row) in rows.enumerated() { marnet_add(output.row(at), r.row(row), r.columnCount) }
  }

  /// From ∂L/∂ of the new R to that of the old one, in place.
  func backward(
    _ gradient: MatrixView, _ state: Rows, _ rows: Range<Int>, step: Int, firstKey: Int,
    _ parameters: ParameterBlock
  ) {
    let (output, back) = (state.output.rows(rows), state.backRows(rows))
    outputDropout.apply(gradient.rows(rows), into: output, step: step, firstRow: firstKey)
    down.inputGradient(output, into: back, parameters)
    hiddenDropout.apply(back, into: back, step: step, firstRow: firstKey)
    let hidden = state.hidden.rows(rows)
    for row in 0..<rows.count {
      marnet_multiply(back.row(row), hidden.row(row), hidden.columnCount)
    }
    up.inputGradient(hidden, into: state.norm.gradient.rows(rows), parameters)
    norm.backward(state.norm, addingTo: gradient, rows, parameters)
  }
}
