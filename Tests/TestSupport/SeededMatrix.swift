// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Matrices that are the same at every run, from SplitMix64 rather than from the generator
/// under test.
package enum Seeded {
  /// Elements uniform in ±`bound`.
  package static func uniform(
    _ rowCount: Int, _ columnCount: Int, bound: Float = 1, seed: UInt64
  ) -> Matrix {
    var random = SplitMix(seed: seed)
    let values = (0..<rowCount * columnCount).map { _ in bound * random.signedUnit() }
    return Matrix(rowCount: rowCount, columnCount: columnCount, values: values)
  }

  /// Elements of roughly N(0, 1): the sum of twelve uniform numbers.
  package static func normal(_ rowCount: Int, _ columnCount: Int, seed: UInt64) -> Matrix {
    var random = SplitMix(seed: seed)
    let values = (0..<rowCount * columnCount).map { _ in
      (0..<12).reduce(Float(0)) { sum, _ in sum + random.signedUnit() / 2 }
    }
    return Matrix(rowCount: rowCount, columnCount: columnCount, values: values)
  }

  /// Rows of positive elements with sum 1.
  package static func simplex(_ rowCount: Int, _ columnCount: Int, seed: UInt64) -> Matrix {
    var result = uniform(rowCount, columnCount, bound: 0.45, seed: seed)
    for row in 0..<rowCount {
      let sum = result.row(row).reduce(0) { $0 + $1 + 0.5 }
      for column in 0..<columnCount {
        result[row, column] = (result[row, column] + 0.5) / sum
      }
    }
    return result
  }

  /// Numbers of ±1.
  package static func signs(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in random.next() >> 63 == 0 ? 1 : -1 }
  }
}

extension MatrixView {
  /// Copies `matrix`, which may be a temporary: its `view` alone would not keep it alive.
  package func load(_ matrix: Matrix) {
    withExtendedLifetime(matrix) { copy(from: matrix.view) }
  }
}

/// SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 &+ 1 }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in (−1, 1), on a grid of 2⁻²³.
  package mutating func signedUnit() -> Float {
    Float(Int64(next() >> 40) * 2 + 1 - (1 << 24)) * 0x1p-24
  }
}
