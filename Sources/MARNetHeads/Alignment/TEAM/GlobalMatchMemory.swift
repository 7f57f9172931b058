// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory of `GlobalMatch` for up to a number of pairs; a row a pair.
struct GlobalMatchMemory: @unchecked Sendable {
  /// x_v' and x_s', W_v x_v' + b_v, and R, each `[n, d]`.
  let visual: MatrixView
  let text: MatrixView
  let value: MatrixView
  let r: MatrixView
  /// ∂L/∂R, then ∂L/∂ of what attention retrieved, `[n, d]`.
  let retrieved: MatrixView
  /// ∂L/∂value, and memory, `[n, d]`.
  let valueGradient: MatrixView
  let back: MatrixView
  let mlp: FeedForward.Rows
  /// W_i R and W_t x_s' with norm 1, and the gradients of both projections, `[n, width]`.
  let images: UnitRows
  let texts: UnitRows
  let imageGradient: MatrixView
  let textGradient: MatrixView
  /// By the scores of a pair and of its two negatives, `[n, 3]`.
  let scoreGradients: MatrixView
  private let workspace: Workspace

  init(rowCount n: Int, width: Int, hidden: Int, projected: Int) {
    var workspace = Workspace()
    let narrow = (0..<7).map { _ in workspace.reserve(n, width) }
    let wide = (0..<4).map { _ in workspace.reserve(n, projected) }
    let norms = (0..<2).map { _ in workspace.reserve(1, n) }
    let mlp = FeedForward.Rows.reserve(n, width: width, hidden: hidden, in: &workspace)
    let scores = workspace.reserve(n, 3)
    workspace.make()
    self.workspace = workspace
    visual = workspace[narrow[0]]
    text = workspace[narrow[1]]
    value = workspace[narrow[2]]
    r = workspace[narrow[3]]
    retrieved = workspace[narrow[4]]
    valueGradient = workspace[narrow[5]]
    back = workspace[narrow[6]]
    self.mlp = FeedForward.Rows(mlp, in: workspace)
    images = UnitRows(unit: workspace[wide[0]], inverseNorms: workspace[norms[0]].pointer)
    texts = UnitRows(unit: workspace[wide[1]], inverseNorms: workspace[norms[1]].pointer)
    imageGradient = workspace[wide[2]]
    textGradient = workspace[wide[3]]
    scoreGradients = workspace[scores]
  }

  /// Sets the gradients of outputs of layers to 0 in `rows`.
  func clearGradients(_ rows: Range<Int>) {
    valueGradient.rows(rows).fill(0)
    retrieved.rows(rows).fill(0)
    mlp.hidden.rows(rows).fill(0)
    mlp.output.rows(rows).fill(0)
    imageGradient.rows(rows).fill(0)
    textGradient.rows(rows).fill(0)
  }
}
