// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Features in the basis of their principal directions, where logistic regression is solved.
///
/// The basis is orthonormal, so the solution is the same; but the curvature of the loss is
/// nearly diagonal there, which a quasi-Newton method started with that diagonal needs a few
/// dozen steps for instead of hundreds. Directions without variance, among them all beyond the
/// number of rows, carry no weight in the solution and are left out. Labels play no part.
package struct PrincipalSpace: Sendable {
  /// `[N, r]`: every row in the basis.
  package let coordinates: Matrix
  /// `[r, D]`, orthonormal rows; nil where the basis is the original one.
  private let basis: Matrix?
  /// Mean square of each coordinate over the rows that define the basis, `[r]`.
  package let variances: [Float]

  /// Wider features keep their own basis where there are enough rows: the decomposition is
  /// cubic in the width.
  private static let widestDecomposition = 4_096
  /// Directions below this share of the largest variance are left out.
  private static let smallestShare: Float = 1e-7
  private static let blockRows = 1_024

  /// - Parameters:
  ///   - features: `[N, D]`, standardised.
  ///   - rows: those that define the basis.
  package init(_ features: Matrix, rows: [Int], pool: WorkerPool) {
    let selected = rows.count == features.rowCount ? features : features.rows(at: rows)
    let width = features.columnCount
    if min(width, rows.count) > Self.widestDecomposition {
      (coordinates, basis) = (features, nil)
      variances = Self.meanSquares(selected)
      return
    }
    let found =
      width <= rows.count
      ? Self.columnBasis(selected, pool: pool) : Self.rowBasis(selected)
    guard let found else {
      (coordinates, basis) = (features, nil)
      variances = Self.meanSquares(selected)
      return
    }
    variances = found.variances
    basis = found.basis
    var result = Matrix(rowCount: features.rowCount, columnCount: found.basis.rowCount)
    let target = result.mutableView()
    let blocks = (features.rowCount + Self.blockRows - 1) / Self.blockRows
    pool.forEach(blocks) { block, _ in
      let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, features.rowCount)
      Product.rowsTimesRows(
        features.view.rows(range), found.basis.view, into: target.rows(range))
    }
    coordinates = result
  }

  /// Weights `[C, r]` on coordinates as weights `[C, D]` on features.
  package func weightsOnFeatures(_ weights: Matrix) -> Matrix {
    guard let basis else { return weights }
    var result = Matrix(rowCount: weights.rowCount, columnCount: basis.columnCount)
    Product.rowsTimesColumns(weights.view, basis.view, into: result.mutableView())
    return result
  }

  /// Eigenvectors of XᵀX / n, for no more columns than rows.
  private static func columnBasis(
    _ x: Matrix, pool: WorkerPool
  ) -> (basis: Matrix, variances: [Float])? {
    let width = x.columnCount
    var moment = Matrix(rowCount: width, columnCount: width)
    let target = moment.mutableView()
    let scale = 1 / Float(x.rowCount)
    let tile = 128
    pool.forEach((width + tile - 1) / tile) { index, _ in
      let range = index * tile..<min((index + 1) * tile, width)
      // The decomposition reads the upper triangle only.
      let right = range.lowerBound..<width
      Product.columnsTimesColumns(
        x.view.columns(range), x.view.columns(right),
        into: target.rows(range).columns(right), scale: scale)
    }
    guard let values = SymmetricEigen.decompose(&moment) else { return nil }
    let kept = kept(values)
    return (moment.rows(at: kept), kept.map { values[$0] })
  }

  /// From the eigenvectors u of XXᵀ / n: the directions Xᵀu / √(n λ), for fewer rows than
  /// columns.
  private static func rowBasis(_ x: Matrix) -> (basis: Matrix, variances: [Float])? {
    let count = x.rowCount
    var gram = Matrix(rowCount: count, columnCount: count)
    Product.rowsTimesRows(x.view, x.view, into: gram.mutableView(), scale: 1 / Float(count))
    guard let values = SymmetricEigen.decompose(&gram) else { return nil }
    let kept = kept(values)
    let vectors = gram.rows(at: kept)
    var basis = Matrix(rowCount: kept.count, columnCount: x.columnCount)
    let target = basis.mutableView()
    Product.rowsTimesColumns(vectors.view, x.view, into: target)
    for (row, index) in kept.enumerated() {
      let inverse = 1 / (values[index] * Float(count)).squareRoot()
      for column in 0..<x.columnCount { target.row(row)[column] *= inverse }
    }
    return (basis, kept.map { values[$0] })
  }

  private static func kept(_ values: [Float]) -> [Int] {
    let smallest = (values.max() ?? 0) * smallestShare
    return values.indices.filter { values[$0] > smallest }
  }

  private static func meanSquares(_ x: Matrix) -> [Float] {
    var sums = [Double](repeating: 0, count: x.columnCount)
    for row in 0..<x.rowCount {
      let values = x.view.row(row)
      for column in 0..<x.columnCount { sums[column] += Double(values[column] * values[column]) }
    }
    return sums.map { Float($0 / Double(max(x.rowCount, 1))) }
  }
}
