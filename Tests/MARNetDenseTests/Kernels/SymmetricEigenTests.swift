// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import TestSupport
import Testing

@Suite struct SymmetricEigenTests {
  /// A Vᵀ = Vᵀ diag(λ) with orthonormal rows in V and λ ascending, to Float32's some 1e-6 of
  /// the largest eigenvalue.
  @Test(arguments: [1, 2, 3, 17, 64, 130])
  func eigenvectorsDiagonalise(size: Int) throws {
    let half = Seeded.normal(size + 3, size, seed: UInt64(size))
    var symmetric = Matrix(rowCount: size, columnCount: size)
    Product.columnsTimesColumns(half.view, half.view, into: symmetric.mutableView())
    var vectors = symmetric
    let values = try #require(SymmetricEigen.decompose(&vectors))
    #expect(values == values.sorted() && values.count == size)
    let largest = Double(values.last ?? 0)
    var products = Matrix(rowCount: size, columnCount: size)
    Product.rowsTimesRows(vectors.view, symmetric.view, into: products.mutableView())
    let scaled = (0..<size).flatMap { row in vectors.row(row).map { $0 * values[row] } }
    expectClose(products.values, scaled, absolute: 3e-6 * largest, "A v = λ v")
    Product.rowsTimesRows(vectors.view, vectors.view, into: products.mutableView())
    let identity = (0..<size * size).map { Float($0 / size == $0 % size ? 1 : 0) }
    expectClose(products.values, identity, absolute: 5e-6, "orthonormal")
  }

  @Test func onlyTheUpperTriangleIsRead() {
    var upper = Matrix(rows: [[2, 1], [-99, 2]])
    let values = SymmetricEigen.decompose(&upper) ?? []
    expectClose(values, [1, 3], tolerance: 1e-6)
  }

  @Test func emptyAndNotFiniteMatrices() {
    var empty = Matrix(rows: [])
    #expect(SymmetricEigen.decompose(&empty) == [])
    var broken = Matrix(rows: [[1, .nan], [.nan, 1]])
    #expect(SymmetricEigen.decompose(&broken) == nil)
  }
}
