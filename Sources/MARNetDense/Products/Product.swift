// SPDX-License-Identifier: Apache-2.0

import COpenBLAS

/// Matrix products over OpenBLAS, on the calling thread only.
///
/// OpenBLAS is held to one thread: parallelism comes from the `WorkerPool`,
/// which hands every worker products of a fixed shape, so that neither the
/// thread count nor the cut of the work can change a bit.
package enum Product {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// For other callers of OpenBLAS; products do it themselves.
  static func holdToOneThread() { _ = singleThreaded }

  /// The kernel set OpenBLAS chose for this processor, such as "Haswell".
  package static var coreName: String {
    guard let name = openblas_get_corename() else { return "unknown" }
    return String(cString: name)
  }

  /// `c = a bᵀ` (plus `c` if `accumulate`): a `[m, k]`, b `[n, k]`, c `[m, n]`.
  ///
  /// The forward pass of a linear layer: weights are stored `[out, in]`.
  package static func rowsTimesRows(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, accumulate: Bool = false,
    scale: Float = 1
  ) {
    precondition(
      a.columnCount == b.columnCount && c.rowCount == a.rowCount && c.columnCount == b.rowCount,
      "a bᵀ needs [m, k] [n, k] -> [m, n]; got \(a.shape) \(b.shape) -> \(c.shape)")
    multiply(
      a, CblasNoTrans, b, CblasTrans, c, inner: a.columnCount, accumulate: accumulate,
      scale: scale)
  }

  /// `c = a b` (plus `c`): a `[m, k]`, b `[k, n]`, c `[m, n]`. The gradient of a layer's input.
  package static func rowsTimesColumns(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, accumulate: Bool = false,
    scale: Float = 1
  ) {
    precondition(
      a.columnCount == b.rowCount && c.rowCount == a.rowCount && c.columnCount == b.columnCount,
      "a b needs [m, k] [k, n] -> [m, n]; got \(a.shape) \(b.shape) -> \(c.shape)")
    multiply(
      a, CblasNoTrans, b, CblasNoTrans, c, inner: a.columnCount, accumulate: accumulate,
      scale: scale)
  }

  /// `c = aᵀ b` (plus `c`): a `[k, m]`, b `[k, n]`, c `[m, n]`. The gradient of a layer's weights.
  package static func columnsTimesColumns(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, accumulate: Bool = false,
    scale: Float = 1
  ) {
    precondition(
      a.rowCount == b.rowCount && c.rowCount == a.columnCount && c.columnCount == b.columnCount,
      "aᵀ b needs [k, m] [k, n] -> [m, n]; got \(a.shape) \(b.shape) -> \(c.shape)")
    multiply(
      a, CblasTrans, b, CblasNoTrans, c, inner: a.rowCount, accumulate: accumulate, scale: scale)
  }

  private static func multiply(
    _ a: MatrixView, _ transposeA: CBLAS_TRANSPOSE, _ b: MatrixView,
    _ transposeB: CBLAS_TRANSPOSE, _ c: MatrixView, inner: Int, accumulate: Bool, scale: Float
  ) {
    _ = singleThreaded
    guard c.rowCount > 0 && c.columnCount > 0 else { return }
    guard inner > 0 else {
      if !accumulate { c.fill(0) }
      return
    }
    cblas_sgemm(
      CblasRowMajor, transposeA, transposeB, blasint(c.rowCount), blasint(c.columnCount),
      blasint(inner), scale, a.pointer, blasint(max(a.stride, 1)), b.pointer,
      blasint(max(b.stride, 1)), accumulate ? 1 : 0, c.pointer, blasint(max(c.stride, 1)))
  }
}
