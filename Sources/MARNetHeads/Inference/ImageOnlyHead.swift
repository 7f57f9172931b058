// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A trained image-only network: projector, LeakyReLU, classifier. It never saw text and
/// stands beside MARNet as a control.
package struct ImageOnlyHead: Sendable {
  package let parameters: ParameterBlock
  private let module: AlignmentModule
  private let dimensions: HeadDimensions

  /// A head with all parameters 0, to be filled from training or from a file.
  package init(dimensions: HeadDimensions, slope: Float) {
    var layout = ParameterLayout()
    module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: false, slope: slope, in: &layout)
    parameters = ParameterBlock(layout: layout)
    self.dimensions = dimensions
  }

  /// Log-probabilities `[rows, C]` of standardised rows `[rows, Dv]`.
  package func logProbabilities(
    _ visual: MatrixView, aligned: MatrixView, into result: MatrixView
  ) {
    module.project(visual, with: module.visual, into: aligned, parameters)
    module.classifier.forward(aligned, into: result, parameters)
    for row in 0..<result.rowCount {
      let z = result.row(row)
      var maximum = z[0]
      for c in 1..<result.columnCount { maximum = max(maximum, z[c]) }
      var sum = 0.0
      for c in 0..<result.columnCount { sum += exp(Double(z[c] - maximum)) }
      let logSum = maximum + Float(log(sum))
      for c in 0..<result.columnCount { z[c] -= logSum }
    }
  }
}
