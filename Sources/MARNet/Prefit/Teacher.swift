// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The product-of-experts teacher q = softmax(a l_v + b l_s), computed for the rows that are
/// asked for: a table of all rows might not fit into memory.
package struct Teacher: Sendable {
  let image: OutOfFoldProbe
  let text: OutOfFoldProbe
  /// a.
  let imageExponent: Double
  /// b.
  let textExponent: Double

  /// Writes q of rows that have text, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: `[m]`, which rows of the fit they are.
  ///   - visual: `[m, Dv]`, standardised.
  ///   - text: `[m, Ds]`, standardised.
  ///   - target: `[m, C]`.
  func write(_ rows: [Int], visual: MatrixView, text: MatrixView, into target: MatrixView) {
    let other = Matrix(rowCount: rows.count, columnCount: target.columnCount) { other in
      image.write(rows, features: visual, into: target)
      self.text.write(rows, features: text, into: other)
    }
    for row in rows.indices {
      TeacherSearch.join(
        target.row(row), other.view.row(row), (imageExponent, textExponent),
        into: target.row(row), count: target.columnCount)
      TeacherSearch.normalise(target.row(row), count: target.columnCount)
    }
    withExtendedLifetime(other) {}
  }
}
