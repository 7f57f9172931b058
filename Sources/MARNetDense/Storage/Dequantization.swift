// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// Features quantised to 8 bits, as Float32.
package enum Dequantization {
  /// What the offset of a column does.
  package enum Form: Sendable {
    /// (q - offset) scale.
    case zeroPoint
    /// q scale + offset.
    case addedOffset
  }

  /// Decodes `target.rowCount` rows; every operation rounds, none are fused.
  ///
  /// - Parameters:
  ///   - source: rows of `sourceStride` bytes, of which the first columns are decoded.
  ///   - scale: one value a column of `target`, as `offset` has.
  package static func decode(
    _ source: UnsafeRawPointer, sourceStride: Int, signed: Bool, form: Form,
    scale: UnsafePointer<Float>, offset: UnsafePointer<Float>, into target: MatrixView
  ) {
    let kernel = form == .zeroPoint ? marnet_from_zero_point : marnet_from_offset
    kernel(
      source.assumingMemoryBound(to: UInt8.self), sourceStride, signed ? 1 : 0, target.pointer,
      target.stride, target.rowCount, target.columnCount, scale, offset)
  }
}
