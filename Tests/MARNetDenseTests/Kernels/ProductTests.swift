// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import TestSupport
import Testing

/// Matrix products against three loops in Float64, inside larger matrices too.
@Suite struct ProductTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let m: Int
    let k: Int
    let n: Int
    var testDescription: String { "\(m)x\(k)x\(n)" }
  }

  static let shapes = [
    Shape(m: 1, k: 1, n: 1), Shape(m: 1, k: 7, n: 3), Shape(m: 3, k: 1, n: 5),
    Shape(m: 5, k: 3, n: 1), Shape(m: 17, k: 13, n: 19), Shape(m: 64, k: 33, n: 65),
    Shape(m: 130, k: 257, n: 31), Shape(m: 3, k: 0, n: 4), Shape(m: 0, k: 3, n: 4),
    Shape(m: 4, k: 3, n: 0),
  ]

  enum Kind: CaseIterable { case rowsTimesRows, rowsTimesColumns, columnsTimesColumns }

  @Test(arguments: shapes, [0, 3])
  func productsAreThoseOfThreeLoops(shape: Shape, gap: Int) {
    for kind in Kind.allCases {
      for (accumulate, scale) in [(false, Float(1)), (true, 1), (false, 0.5), (true, -2)] {
        check(kind, shape, gap: gap, accumulate: accumulate, scale: scale)
      }
    }
  }

  private func check(_ kind: Kind, _ shape: Shape, gap: Int, accumulate: Bool, scale: Float) {
    let (m, k, n) = (shape.m, shape.k, shape.n)
    let a = kind == .columnsTimesColumns ? (k, m) : (m, k)
    let b = kind == .rowsTimesRows ? (n, k) : (k, n)
    let left = Seeded.normal(a.0, a.1 + gap, seed: 1)
    let right = Seeded.normal(b.0, b.1 + gap, seed: 2)
    let before = Seeded.normal(m, n + gap, seed: 3)
    var result = before
    let (x, y) = (left.view.columns(0..<a.1), right.view.columns(0..<b.1))
    let target = result.mutableView().columns(0..<n)
    switch kind {
    case .rowsTimesRows:
      Product.rowsTimesRows(x, y, into: target, accumulate: accumulate, scale: scale)
    case .rowsTimesColumns:
      Product.rowsTimesColumns(x, y, into: target, accumulate: accumulate, scale: scale)
    case .columnsTimesColumns:
      Product.columnsTimesColumns(x, y, into: target, accumulate: accumulate, scale: scale)
    }
    var expected: [Double] = []
    for row in 0..<m {
      for column in 0..<n + gap {
        guard column < n else {
          expected.append(Double(before[row, column]))
          continue
        }
        var sum = 0.0
        for inner in 0..<k {
          let first =
            kind == .columnsTimesColumns ? x.row(inner)[row] : x.row(row)[inner]
          let second = kind == .rowsTimesRows ? y.row(column)[inner] : y.row(inner)[column]
          sum += Double(first) * Double(second)
        }
        expected.append(Double(scale) * sum + (accumulate ? Double(before[row, column]) : 0))
      }
    }
    // Sums of up to 257 products in Float32 are good to some 1.5e-6 of the result's size.
    expectClose(
      result.values.map { Double($0) }, expected, tolerance: 4e-6,
      "\(kind), gap \(gap), accumulate \(accumulate), scale \(scale)")
  }

  @Test func aTargetOfNaNIsOverwritten() {
    let a = Seeded.normal(3, 4, seed: 1)
    var c = Matrix(rowCount: 3, columnCount: 3, repeating: .nan)
    Product.rowsTimesRows(a.view, a.view, into: c.mutableView())
    #expect(c.values.allSatisfy { $0.isFinite })
  }

  @Test func theProcessorsKernelSetHasAName() {
    #expect(!Product.coreName.isEmpty)
  }
}
