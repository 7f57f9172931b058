// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Draws every image to its own text: L = (1/n) Σᵢ (1 − cos(uᵢ, tᵢ)).
struct CosineLoss: CustomAlignmentLoss {
  let name = "cosine"

  func valueWithGradients(
    _ pairs: AlignmentBatch
  ) -> (value: Double, visual: Matrix, text: Matrix) {
    let (n, width) = (pairs.visual.rowCount, pairs.visual.columnCount)
    var visual = Matrix(rowCount: n, columnCount: width)
    var text = visual
    var sum = 0.0
    for row in 0..<n {
      let (u, t) = (pairs.visual.row(row), pairs.text.row(row))
      let (uu, tt) = (dot(u, u) + 1e-6, dot(t, t) + 1e-6)
      let scale = 1 / (uu * tt).squareRoot()
      let cosine = dot(u, t) * scale
      sum += Double(1 - cosine)
      for column in 0..<width {
        // ∂cos/∂u = t / |u||t| − cos · u / |u|²
        visual[row, column] = (cosine * u[column] / uu - t[column] * scale) / Float(n)
        text[row, column] = (cosine * t[column] / tt - u[column] * scale) / Float(n)
      }
    }
    return (sum / Double(n), visual, text)
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
