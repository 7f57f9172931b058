// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// One view for each of the denoiser's three hidden layers, without the storage of an array:
/// views of row blocks are taken in the middle of a step.
package struct HiddenLayers: Sendable {
  package static let count = 3
  private let first: MatrixView
  private let second: MatrixView
  private let third: MatrixView

  init(_ view: (_ layer: Int) -> MatrixView) {
    (first, second, third) = (view(0), view(1), view(2))
  }

  @inline(__always)
  package subscript(layer: Int) -> MatrixView {
    layer == 0 ? first : layer == 1 ? second : third
  }

  @inline(__always)
  func rows(_ range: Range<Int>) -> HiddenLayers { HiddenLayers { self[$0].rows(range) } }
}
