// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// y = γ (x − mean) / √(variance + 1e-5) + β, row by row.
struct LayerNorm: Sendable {
  let weight: ParameterSlot
  let bias: ParameterSlot

  init(_ name: String, width: Int, in layout: inout ParameterLayout) {
    weight = layout.addVector("\(name).weight", count: width, bound: 0, around: 1)
    bias = layout.addVector("\(name).bias", count: width, bound: 0)
  }

  /// What one normalisation of some rows leaves for its gradient.
  struct Rows: @unchecked Sendable {
    /// y, and (x − mean) / √…, `[rows, width]`.
    let output: MatrixView
    let normal: MatrixView
    /// ∂L/∂y, `[rows, width]`.
    let gradient: MatrixView
    /// 1 / √…, `[rows]`.
    let inverses: UnsafeMutablePointer<Float>

    struct Slots: Sendable {
      let views: [Workspace.Slot]
      let inverses: Workspace.Slot
    }

    static func reserve(_ count: Int, _ width: Int, in workspace: inout Workspace) -> Slots {
      Slots(
        views: (0..<3).map { _ in workspace.reserve(count, width) },
        inverses: workspace.reserve(1, count))
    }

    init(_ slots: Slots, in workspace: Workspace) {
      output = workspace[slots.views[0]]
      normal = workspace[slots.views[1]]
      gradient = workspace[slots.views[2]]
      inverses = workspace[slots.inverses].pointer
    }
  }

  func forward(
    _ x: MatrixView, _ state: Rows, _ rows: Range<Int>, _ parameters: ParameterBlock
  ) {
    let (w, b) = (parameters[weight].pointer, parameters[bias].pointer)
    for row in rows {
      state.inverses[row] = marnet_layer_norm(
        x.row(row), w, b, state.normal.row(row), state.output.row(row), x.columnCount)
    }
  }

  /// Adds ∂L/∂x to `dx`.
  func backward(
    _ state: Rows, addingTo dx: MatrixView, _ rows: Range<Int>, _ parameters: ParameterBlock
  ) {
    let w = parameters[weight].pointer
    for row in rows {
      marnet_layer_norm_gradient(
        state.gradient.row(row), w, state.normal.row(row), state.inverses[row], dx.row(row),
        dx.columnCount)
    }
  }

  func clearGradients(_ parameters: ParameterBlock) {
    parameters.gradient(of: weight).fill(0)
    parameters.gradient(of: bias).fill(0)
  }

  /// Adds the rows' share of the gradients of γ and β.
  func addGradients(_ state: Rows, _ rows: Range<Int>, into parameters: ParameterBlock) {
    let (dw, db) = (
      parameters.gradient(of: weight).pointer, parameters.gradient(of: bias).pointer
    )
    let width = state.output.columnCount
    for row in rows {
      let (dy, normal) = (state.gradient.row(row), state.normal.row(row))
      for column in 0..<width {
        dw[column] += dy[column] * normal[column]
        db[column] += dy[column]
      }
    }
  }
}
