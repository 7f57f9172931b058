// SPDX-License-Identifier: Apache-2.0

/// How rows of features stand in a stream of bytes.
public enum RowForm: Sendable, Equatable {
  /// One NumPy array `[N, Dv]`, as `np.save` writes it: format 1.0, 2.0 or 3.0, float16, float32
  /// or float64 of either byte order, in C order.
  case numPy
  /// Values alone, little-endian, row after row.
  ///
  /// - Parameters:
  ///   - width: values of a row, Dv.
  ///   - type: one of `FeatureType.writable`.
  ///   - rowCount: N; nil: as many as come.
  case raw(width: Int, type: FeatureType = .float32, rowCount: Int? = nil)
}
