// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The exponential of the row kernels against Float64, and what is made of it.
@Suite struct ExponentialTests {
  /// Smallest argument whose result is a normal number, and largest before the kernel
  /// saturates (at 2.4e38, short of infinity).
  static let range: (Float, Float) = (-87.33654, 88.37626)

  private func arguments() -> [Float] {
    let (low, high) = Self.range
    let even = (0...200_000).map { low + (high - low) * Float($0) / 200_000 }
    let small = (0..<60).flatMap { power -> [Float] in
      let x = Float(sign: .plus, exponent: -power, significand: 1.37)
      return [x, -x]
    }
    return (even + small + [0, -0.0]).filter { $0 >= low && $0 <= high }
  }

  @Test func exponentialIsGoodToThreeUnitsInTheLastPlace() {
    let x = arguments()
    for kernel in [marnet_exp, marnet_exp_scalar] {
      var y = [Float](repeating: 0, count: x.count)
      kernel(x, &y, x.count)
      var worst = 0.0
      for (argument, value) in zip(x, y) {
        let exact = exp(Double(argument))
        worst = max(worst, abs(Double(value) - exact) / Double(Float(exact).ulp))
      }
      #expect(worst <= 3, "\(worst) units in the last place")
    }
  }

  @Test func exponentialSaturatesAndPassesNaN() {
    let x: [Float] = [-.infinity, -1000, -88, 89, 1000, .infinity, .nan, 0]
    for kernel in [marnet_exp, marnet_exp_scalar] {
      var y = [Float](repeating: 0, count: x.count)
      kernel(x, &y, x.count)
      #expect(y[..<3].allSatisfy { $0 > 0 && $0 < 1.2e-38 })
      #expect(y[3..<6].allSatisfy { $0 > 2.3e38 && $0.isFinite })
      #expect(y[6].isNaN && y[7] == 1)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 16, 101])
  func exponentialRowIsASoftmaxBeforeDivision(count: Int) {
    let x = Seeded.normal(1, count, seed: UInt64(count)).values.map { 30 * $0 }
    var row = x
    var sum = 0.0
    let maximum = marnet_exp_row(&row, count, &sum)
    #expect(maximum == x.max())
    expectClose(row.map { Double($0) }, x.map { exp(Double($0 - maximum)) }, tolerance: 3e-7)
    #expect(abs(sum - row.reduce(0.0) { $0 + Double($1) }) <= 1e-12 * sum)
  }

  @Test func siluAndItsDerivativeFollowTheirFormulas() {
    let x = Seeded.normal(1, 997, seed: 3).values.map { 8 * $0 } + [0, -87, 87, -300, 300]
    let bias = Seeded.normal(1, x.count, seed: 4).values
    let extra = Seeded.normal(1, x.count, seed: 5).values
    for withExtra in [false, true] {
      var h = x
      var a = [Float](repeating: 0, count: x.count)
      marnet_bias_silu(&h, bias, withExtra ? extra : nil, &a, x.count)
      let sums = x.indices.map { Double(x[$0] + bias[$0] + (withExtra ? extra[$0] : 0)) }
      let sigmoid = sums.map { 1 / (1 + exp(-$0)) }
      expectClose(
        a.map { Double($0) }, zip(sums, sigmoid).map { $0 * $1 }, tolerance: 1e-6, "a")
      let exact = zip(sums, sigmoid).map { $1 * (1 + $0 * (1 - $1)) }
      expectClose(h.map { Double($0) }, exact, tolerance: 1e-6, "da/dh")
    }
  }

  @Test func leakyReLUAndItsDerivativeFollowTheirFormulas() {
    let x = Seeded.normal(1, 333, seed: 6).values
    let bias = Seeded.normal(1, 333, seed: 7).values
    var y = x
    marnet_bias_leaky_relu(&y, bias, 333, 0.01)
    let sums = zip(x, bias).map { $0 + $1 }
    #expect(y == sums.map { $0 > 0 ? $0 : 0.01 * $0 })
    var gradient = [Float](repeating: 3, count: 333)
    marnet_leaky_relu_gradient(&gradient, y, 333, 0.01)
    #expect(gradient == y.map { $0 > 0 ? 3 : 3 * 0.01 })
  }
}
