// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import TestSupport
import Testing

@Suite struct PackedMatrixTests {
  /// Every kernel of this processor, for both precisions.
  static let kernels: [ProductKernel] = ["portable", "avx2", "avx512", "avx512bf16"].flatMap {
    name in
    Precision.allCases.compactMap { ProductKernel(instructions: name, precision: $0) }
  }

  static let shapes = [
    (1, 1, 1), (2, 3, 5), (14, 16, 32), (15, 17, 33), (37, 101, 67), (64, 256, 16),
    (13, 257, 48), (141, 600, 31), (300, 33, 172),
  ]

  /// Σ_k of the operands as the kernel sees them, in Double.
  static func reference(_ a: Matrix, _ b: Matrix, rounds: Bool) -> (Matrix, magnitude: Double) {
    func seen(_ x: Float) -> Double {
      guard rounds else { return Double(x) }
      let bits = x.bitPattern
      return Double(Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000))
    }
    var result = Matrix(rowCount: a.rowCount, columnCount: b.columnCount)
    var largest = 0.0
    for i in 0..<a.rowCount {
      for j in 0..<b.columnCount {
        var sum = 0.0
        var size = 0.0
        for k in 0..<a.columnCount {
          let term = seen(a[i, k]) * seen(b[k, j])
          sum += term
          size += abs(term)
        }
        result[i, j] = Float(sum)
        largest = max(largest, size)
      }
    }
    return (result, largest)
  }

  static func transposed(_ x: Matrix) -> Matrix {
    var result = Matrix(rowCount: x.columnCount, columnCount: x.rowCount)
    for i in 0..<x.rowCount { for j in 0..<x.columnCount { result[j, i] = x[i, j] } }
    return result
  }

  /// All four ways to compute a b with one kernel.
  static func products(_ a: Matrix, _ b: Matrix, _ kernel: ProductKernel) -> [Matrix] {
    let (aT, bT) = (transposed(a), transposed(b))
    var results: [Matrix] = []
    for source in [(b, PackedMatrix.Source.straight), (bT, .transposed)] {
      let packed = PackedMatrix(
        innerCount: b.rowCount, columnCount: b.columnCount, kernel: kernel)
      packed.pack(source.0.view, source.1)
      for left in [a, aT] {
        var c = Matrix(rowCount: a.rowCount, columnCount: b.columnCount, repeating: .nan)
        if left.rowCount == a.rowCount && left.columnCount == a.columnCount
          && results.count % 2 == 0
        {
          packed.multiply(left.view, into: c.mutableView())
        } else {
          packed.multiplyTransposed(left.view, into: c.mutableView())
        }
        results.append(c)
      }
    }
    withExtendedLifetime((a, b, aT, bT)) {}
    return results
  }

  @Test(arguments: kernels.indices) func agreesWithDouble(_ index: Int) {
    let kernel = Self.kernels[index]
    for (m, k, n) in Self.shapes {
      let a = Seeded.uniform(m, k, seed: UInt64(m + k))
      let b = Seeded.uniform(k, n, seed: UInt64(k + n + 7))
      let (expected, magnitude) = Self.reference(a, b, rounds: kernel.precision == .bfloat16)
      let results = Self.products(a, b, kernel)
      for result in results {
        for (found, needed) in zip(result.values, expected.values) {
          #expect(abs(Double(found) - Double(needed)) <= 4e-7 * magnitude + 1e-6)
        }
        #expect(result == results[0])
      }
    }
  }

  @Test func float32KernelsWithFusedMultiplyAddAgreeToTheBit() {
    let kernels = ["avx2", "avx512"].compactMap {
      ProductKernel(instructions: $0, precision: .float32)
    }
    guard kernels.count == 2 else { return }
    let a = Seeded.uniform(61, 530, seed: 1)
    let b = Seeded.uniform(530, 77, seed: 2)
    #expect(Self.products(a, b, kernels[0])[0] == Self.products(a, b, kernels[1])[0])
  }

  /// Rows in blocks, columns in ranges, the operand packed in parts: the same bits.
  @Test(arguments: kernels.indices) func bitsDoNotDependOnTheCut(_ index: Int) {
    let kernel = Self.kernels[index]
    let a = Seeded.uniform(203, 320, seed: 3)
    let b = Seeded.uniform(320, 172, seed: 4)
    let whole = Self.products(a, b, kernel)[0]
    let packed = PackedMatrix(innerCount: 320, columnCount: 172, kernel: kernel)
    for rows in [0..<64, 64..<96, 96..<320] { packed.packRows(rows, of: b.view, .straight) }
    var parts = Matrix(rowCount: 203, columnCount: 172)
    let target = parts.mutableView()
    for rows in [0..<1, 1..<30, 30..<203] {
      packed.multiply(a.view.rows(rows), into: target.rows(rows))
    }
    #expect(parts == whole)
    let aT = Self.transposed(a)
    var columns = Matrix(rowCount: 203, columnCount: 172)
    let other = columns.mutableView()
    for range in [0..<32, 32..<160, 160..<172] {
      packed.multiplyTransposed(aT.view, columns: range, into: other.columns(range))
    }
    #expect(columns == whole)
    columns.mutableView().fill(.nan)
    for range in [0..<32, 32..<160, 160..<172] {
      packed.multiply(a.view, columns: range, into: other.columns(range))
    }
    #expect(columns == whole)
    withExtendedLifetime((a, b, aT)) {}
  }

  /// A left operand with fewer columns is one whose other columns are 0, also within a unit.
  @Test(arguments: kernels.indices) func missingColumnsAreZero(_ index: Int) {
    let kernel = Self.kernels[index]
    let b = Seeded.uniform(600, 40, seed: 6)
    let packed = PackedMatrix(innerCount: 600, columnCount: 40, kernel: kernel)
    packed.pack(b.view, .straight)
    for depth in [1, 79, 80, 533] {
      let a = Seeded.uniform(9, depth, seed: 5)
      var wide = Matrix(rowCount: 9, columnCount: 600)
      wide.mutableView().columns(0..<depth).copy(from: a.view)
      var (short, whole) = (
        Matrix(rowCount: 9, columnCount: 40), Matrix(rowCount: 9, columnCount: 40)
      )
      packed.multiply(a.view, into: short.mutableView())
      packed.multiply(wide.view, into: whole.mutableView())
      #expect(short == whole)
      withExtendedLifetime((a, wide)) {}
    }
    withExtendedLifetime(b) {}
  }

  @Test(arguments: kernels.indices) func accumulatesAndKeepsToItsColumns(_ index: Int) {
    let kernel = Self.kernels[index]
    let a = Seeded.uniform(17, 40, seed: 5)
    let b = Seeded.uniform(40, 21, seed: 6)
    let packed = PackedMatrix(innerCount: 40, columnCount: 21, kernel: kernel)
    packed.pack(b.view, .straight)
    var wide = Matrix(rowCount: 17, columnCount: 30, repeating: 2)
    packed.multiply(a.view, into: wide.mutableView().columns(0..<21), accumulate: true)
    let product = Self.products(a, b, kernel)[0]
    for row in 0..<17 {
      for column in 0..<30 {
        let expected = column < 21 ? product[row, column] + 2 : 2
        #expect(abs(wide[row, column] - expected) <= 1e-4)
      }
    }
    withExtendedLifetime((a, b)) {}
  }
}
