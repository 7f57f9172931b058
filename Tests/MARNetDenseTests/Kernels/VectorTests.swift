// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import TestSupport
import Testing

/// The vector work of a quasi-Newton minimiser, both twins, against plain loops in Double.
@Suite struct VectorTests {
  static let counts = [1, 7, 8, 9, 129, 1_000]

  @Test(arguments: counts) func sums(count: Int) {
    let x = Seeded.normal(1, count, seed: 1).values
    let y = Seeded.normal(1, count, seed: 2).values
    let weights = Seeded.uniform(1, count, seed: 3).values.map { abs($0) }
    let wide = x.map { Double($0) * (1 + 1e-9) }
    let products = zip(x, y).map { Double($0) * Double($1) }
    let size = products.reduce(0) { $0 + abs($1) }
    for dot in [marnet_dot, marnet_dot_scalar] {
      #expect(abs(dot(x, y, count) - products.reduce(0, +)) <= 1e-14 * size)
    }
    for dot in [marnet_mixed_dot, marnet_mixed_dot_scalar] {
      let exact = zip(wide, y).reduce(0.0) { $0 + $1.0 * Double($1.1) }
      #expect(abs(dot(wide, y, count) - exact) <= 1e-14 * size)
    }
    let squares = x.indices.reduce(0.0) {
      $0 + Double(x[$1]) * Double(x[$1]) * Double(weights[$1])
    }
    for sum in [marnet_weighted_squares, marnet_weighted_squares_scalar] {
      #expect(abs(sum(x, weights, count) - squares) <= 1e-14 * squares)
    }
    let wideSquares = x.indices.reduce(0.0) { $0 + wide[$1] * wide[$1] * Double(weights[$1]) }
    for sum in [marnet_mixed_weighted_squares, marnet_mixed_weighted_squares_scalar] {
      #expect(abs(sum(wide, weights, count) - wideSquares) <= 1e-14 * wideSquares)
    }
  }

  @Test(arguments: counts) func moves(count: Int) {
    let x = Seeded.normal(1, count, seed: 4).values
    let z = Seeded.normal(1, count, seed: 5).values
    let wide = Seeded.normal(1, count, seed: 6).values.map { Double($0) / 3 }
    for add in [marnet_add_scaled_dot, marnet_add_scaled_dot_scalar] {
      var y = z
      let sum = add(&y, 0.3, x, z, count)
      expectClose(y, zip(z, x).map { $0 + 0.3 * $1 }, tolerance: 3e-7, "y")
      let exact = zip(y, z).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(sum - exact) <= 1e-13 * (1 + abs(exact)))
    }
    for narrow in [marnet_narrow, marnet_narrow_scalar] {
      var result = [Float](repeating: .nan, count: count)
      let sum = narrow(wide, &result, count)
      #expect(result == wide.map { Float($0) })
      let exact = wide.reduce(0) { $0 + $1 * $1 }
      #expect(abs(sum - exact) <= 1e-14 * exact)
    }
    for move in [marnet_move, marnet_move_scalar] {
      var trial = [Double](repeating: .nan, count: count)
      move(wide, 0.7, x, &trial, count)
      for index in 0..<count {
        #expect(abs(trial[index] - (wide[index] + 0.7 * Double(x[index]))) <= 1e-15 * 8)
      }
    }
  }
}
