// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Features in the basis of their principal directions, where logistic regression is solved.
///
/// The basis is orthonormal, so the solution is the same; but the curvature of the loss is
/// nearly diagonal there, which a quasi-Newton method started with that diagonal needs a few
/// dozen steps for instead of hundreds. Directions without variance, among them all beyond the
/// number of rows, carry no weight in the solution and are left out. Labels play no part.
package struct PrincipalSpace: Sendable {
  /// Those that define the basis.
  package let rows: SampleRows
  /// `[r, D]`, orthonormal rows; nil where the basis is the original one.
  private let basis: Matrix?
  private let packedBasis: PackedMatrix?
  /// `[n, r]`, where that is small; otherwise coordinates are computed when they are asked for,
  /// with the same bits.
  private let coordinates: Matrix?
  /// Mean square of each coordinate over the rows, `[r]`.
  package let variances: [Float]

  /// Wider features keep their own basis where there are enough rows: the decomposition is
  /// cubic in the width.
  private static let widestDecomposition = 4_096
  /// Directions below this share of the largest variance are left out.
  private static let smallestShare: Float = 1e-7
  /// Rows that are added to the moments at a time.
  private static let momentRows = 4_096
  private static let blockRows = 256
  /// Values of coordinates that are kept: 64 MiB.
  private static let mostKept = 16 << 20

  /// r.
  package var width: Int { variances.count }

  package init(_ rows: SampleRows, pool: WorkerPool) {
    self.rows = rows
    let isWide = min(rows.width, rows.count) > Self.widestDecomposition
    let found =
      isWide
      ? nil
      : rows.width <= rows.count
        ? Self.columnBasis(rows, pool: pool) : Self.rowBasis(rows, pool: pool)
    basis = found?.basis
    variances = found?.variances ?? Self.meanSquares(rows, pool: pool)
    packedBasis = found.map { found in
      let packed = PackedMatrix(
        innerCount: found.basis.columnCount, columnCount: found.basis.rowCount,
        precision: .float32)
      packed.pack(found.basis.view, .transposed)
      return packed
    }
    let width = variances.count
    guard rows.count * width <= Self.mostKept else {
      coordinates = nil
      return
    }
    let (packed, blocks) = (packedBasis, (rows.count + Self.blockRows - 1) / Self.blockRows)
    coordinates = Matrix(rowCount: rows.count, columnCount: width) { target in
      pool.forEach(blocks) { block, _ in
        let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, rows.count)
        Self.compute(Array(range), of: rows, packed, into: target.rows(range))
      }
    }
  }

  /// Writes the coordinates of some rows into `target`, `[rows.count, r]`.
  package func coordinates(of wanted: ArraySlice<Int>, into target: MatrixView) {
    if let coordinates {
      for (place, row) in wanted.enumerated() {
        target.row(place).update(from: coordinates.view.row(row), count: width)
      }
      withExtendedLifetime(coordinates) {}
    } else {
      Self.compute(Array(wanted), of: rows, packedBasis, into: target)
    }
  }

  private static func compute(
    _ wanted: [Int], of rows: SampleRows, _ basis: PackedMatrix?, into target: MatrixView
  ) {
    guard let basis else { return rows.copy(wanted, into: target) }
    var workspace = Workspace()
    let slot = workspace.reserve(wanted.count, rows.width)
    workspace.make()
    rows.copy(wanted, into: workspace[slot])
    basis.multiply(workspace[slot], into: target)
    withExtendedLifetime(workspace) {}
  }

  /// Weights `[C, r]` on coordinates as weights `[C, D]` on features.
  package func weightsOnFeatures(_ weights: Matrix) -> Matrix {
    guard let basis else { return weights }
    var result = Matrix(rowCount: weights.rowCount, columnCount: basis.columnCount)
    Product.rowsTimesColumns(weights.view, basis.view, into: result.mutableView())
    return result
  }

  /// A gradient `[C, D]` by weights on features as one `[C, r]` by weights on coordinates.
  func gradientOnCoordinates(_ gradient: Matrix) -> Matrix {
    guard let basis else { return gradient }
    var result = Matrix(rowCount: gradient.rowCount, columnCount: basis.rowCount)
    Product.rowsTimesRows(gradient.view, basis.view, into: result.mutableView())
    return result
  }

  /// Eigenvectors of XᵀX / n, for no more columns than rows.
  private static func columnBasis(
    _ rows: SampleRows, pool: WorkerPool
  ) -> (basis: Matrix, variances: [Float])? {
    let width = rows.width
    var moment = Matrix(rowCount: width, columnCount: width)
    let target = moment.mutableView()
    let scale = 1 / Float(rows.count)
    let tile = 128
    for first in stride(from: 0, to: rows.count, by: momentRows) {
      let block = rows.matrix(
        at: Array(first..<min(first + momentRows, rows.count)), pool: pool)
      let x = block.view
      pool.forEach((width + tile - 1) / tile) { index, _ in
        let range = index * tile..<min((index + 1) * tile, width)
        // The decomposition reads the upper triangle only.
        let right = range.lowerBound..<width
        Product.columnsTimesColumns(
          x.columns(range), x.columns(right), into: target.rows(range).columns(right),
          accumulate: first > 0, scale: scale)
      }
      withExtendedLifetime(block) {}
    }
    guard let values = SymmetricEigen.decompose(&moment) else { return nil }
    let kept = kept(values)
    return (moment.rows(at: kept), kept.map { values[$0] })
  }

  /// From the eigenvectors u of XXᵀ / n: the directions Xᵀu / √(n λ), for fewer rows than
  /// columns.
  private static func rowBasis(
    _ rows: SampleRows, pool: WorkerPool
  ) -> (basis: Matrix, variances: [Float])? {
    let count = rows.count
    let x = rows.matrix(at: Array(0..<count), pool: pool)
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

  private static func meanSquares(_ rows: SampleRows, pool: WorkerPool) -> [Float] {
    var sums = [Double](repeating: 0, count: rows.width)
    let line = AlignedBuffer(count: rows.width)
    for row in 0..<rows.count {
      rows.copy(row, into: line.pointer)
      for column in 0..<rows.width {
        sums[column] += Double(line.pointer[column] * line.pointer[column])
      }
    }
    return sums.map { Float($0 / Double(max(rows.count, 1))) }
  }
}
