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

/// Wide kernels against their portable twins: equal up to how FMA contracts. On a processor
/// without AVX2 both are the same code and the tests say nothing.
@Suite struct KernelTwinTests {
  static let counts = [1, 7, 8, 9, 64, 129, 1000]

  @Test(arguments: counts)
  func normals(count: Int) {
    var (wide, scalar) = (zeros(count), zeros(count))
    for row in 0..<50 as Range<UInt64> {
      marnet_normal(&wide, count, 42, row, 7)
      marnet_normal_scalar(&scalar, count, 42, row, 7)
      expectClose(wide, scalar, tolerance: 1e-6, "normal")
    }
  }

  @Test(arguments: counts)
  func dropoutIsEqualBitForBit(count: Int) {
    let x = Seeded.normal(1, count, seed: 1).values
    var (wide, scalar) = (zeros(count), zeros(count))
    for p in [Float(0), 0.1, 0.5, 0.9] {
      marnet_dropout(x, &wide, count, p, 42, 3, 7)
      marnet_dropout_scalar(x, &scalar, count, p, 42, 3, 7)
      #expect(wide == scalar)
    }
  }

  @Test(arguments: counts)
  func activations(count: Int) {
    let x = Seeded.normal(1, count, seed: 2).values.map { 5 * $0 }
    let bias = Seeded.normal(1, count, seed: 3).values
    var (wide, scalar) = (x, x)
    marnet_bias_leaky_relu(&wide, bias, count, 0.01)
    marnet_bias_leaky_relu_scalar(&scalar, bias, count, 0.01)
    #expect(wide == scalar)
    var (wideGradient, scalarGradient) = (bias, bias)
    marnet_leaky_relu_gradient(&wideGradient, wide, count, 0.01)
    marnet_leaky_relu_gradient_scalar(&scalarGradient, scalar, count, 0.01)
    #expect(wideGradient == scalarGradient)

    (wide, scalar) = (x, x)
    var (wideOutput, scalarOutput) = (zeros(count), zeros(count))
    marnet_bias_silu(&wide, bias, x, &wideOutput, count)
    marnet_bias_silu_scalar(&scalar, bias, x, &scalarOutput, count)
    expectClose(wideOutput, scalarOutput, tolerance: 5e-7, "SiLU")
    expectClose(wide, scalar, tolerance: 5e-7, "derivative of SiLU")
  }

  @Test(arguments: counts)
  func gaussianUnits(count: Int) {
    let x = Seeded.normal(1, count, seed: 2).values.map { 3 * $0 }
    let bias = Seeded.normal(1, count, seed: 3).values
    var (wide, scalar, a, b) = (x, x, zeros(count), zeros(count))
    marnet_bias_gelu(&wide, bias, &a, count)
    marnet_bias_gelu_scalar(&scalar, bias, &b, count)
    expectClose(a, b, tolerance: 5e-7, "GELU")
    expectClose(wide, scalar, tolerance: 5e-7, "derivative of GELU")
    let exact = zip(x, bias).map { value, shift in
      let z = Double(value + shift)
      return z * erfc(-z / 2.0.squareRoot()) / 2
    }
    expectClose(a.map { Double($0) }, exact, tolerance: 1e-6, "GELU by its definition")
  }

  @Test(arguments: counts)
  func layerNormalisation(count: Int) {
    let x = Seeded.normal(1, count, seed: 4).values
    let (w, b) = (Seeded.normal(1, count, seed: 5).values, Seeded.normal(1, count, seed: 6).values)
    var (normal, y, other, z) = (x, x, x, x)
    let wide = marnet_layer_norm(x, w, b, &normal, &y, count)
    let scalar = marnet_layer_norm_scalar(x, w, b, &other, &z, count)
    expectClose([wide], [scalar], tolerance: 1e-6, "1 / deviation")
    expectClose(y, z, tolerance: 2e-6, absolute: 1e-6, "normalised")
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(count)
    let variance =
      x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)
    expectClose(
      normal.map { Double($0) }, x.map { (Double($0) - mean) / (variance + 1e-5).squareRoot() },
      tolerance: 1e-5, absolute: 1e-4, "by its definition")
    var (one, two) = (x, x)
    marnet_layer_norm_gradient(w, b, other, scalar, &one, count)
    marnet_layer_norm_gradient_scalar(w, b, other, scalar, &two, count)
    expectClose(one, two, tolerance: 2e-6, "gradient")
  }

  @Test func exponential() {
    let x = (0..<100_000).map { -87 + 175 * Float($0) / 100_000 }
    var (wide, scalar) = (zeros(x.count), zeros(x.count))
    marnet_exp(x, &wide, x.count)
    marnet_exp_scalar(x, &scalar, x.count)
    let worst = zip(wide, scalar).map { abs($0 - $1) / $1.ulp }.max() ?? 0
    #expect(worst <= 4, "\(worst) units in the last place")
  }

  @Test(arguments: counts)
  func adamW(count: Int) {
    let gradient = Seeded.normal(1, count, seed: 4).values
    let start = Seeded.normal(1, count, seed: 5).values
    typealias State = (p: [Float], m: [Float], v: [Float])
    var wide: State = (start, zeros(count), zeros(count))
    var scalar = wide
    for step in 1...3 as ClosedRange<Int> {
      let c1 = Float(1 - [0.9, 0.81, 0.729][step - 1])
      let c2 = Float((1 - [0.999, 0.998_001, 0.997_002_999][step - 1]).squareRoot())
      marnet_adamw(
        &wide.p, gradient, &wide.m, &wide.v, count, 1e-3, 1, 0.9, 0.1, 0.999, 0.001, 1e-8, c1,
        c2, 0.7)
      marnet_adamw_scalar(
        &scalar.p, gradient, &scalar.m, &scalar.v, count, 1e-3, 1, 0.9, 0.1, 0.999, 0.001, 1e-8,
        c1, c2, 0.7)
    }
    expectClose(wide.p, scalar.p, tolerance: 5e-7, "parameters")
    expectClose(wide.m, scalar.m, tolerance: 5e-7, "first moment")
    expectClose(wide.v, scalar.v, tolerance: 5e-7, "second moment")
  }

  @Test(arguments: counts)
  func innerProductsAreExactInDouble(count: Int) {
    let x = Seeded.normal(1, count, seed: 6).values
    let y = Seeded.normal(1, count, seed: 7).values
    let exact = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let size = zip(x, y).reduce(0.0) { $0 + abs(Double($1.0) * Double($1.1)) }
    #expect(abs(marnet_dot(x, y, count) - exact) <= 1e-14 * size)
    #expect(marnet_sum_of_squares(x, count) == marnet_dot(x, x, count))
  }

  private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// k and its derivative at, between and beyond the bounds of the exponent.
  @Test func gaussianKernels() {
    for count in [1, 5, 16, 35] {
      let d = (0..<count).map { [0, 1e-9, 0.3, 2, 40, 1e6, 1e-3][$0 % 7] as Float }
      let inverses = (0..<count).map { [0.5, 2, .infinity, 1e-3][$0 % 4] as Float }
      let weights = (0..<count).map { Float($0 % 3) - 0.7 }
      var expected = 0.0
      let slopes = (0..<count).map { j in
        var (k, slope) = (0.0, 0.0)
        for width in [4.0, 2, 1, 0.5, 0.25] {
          let rate = min(Double(inverses[j]) * width, Double(Float(1e5)))
          let u = Double(d[j]) * rate
          let bounded = min(max(u, Double(Float(1e-5))), Double(Float(1e5)))
          k += exp(-bounded)
          if u == bounded { slope -= rate * exp(-u) }
        }
        expected += Double(weights[j]) * k
        return Double(weights[j]) * slope
      }
      for kernel in [marnet_gaussian_kernels, marnet_gaussian_kernels_scalar] {
        var found = d
        let sum = kernel(&found, inverses, weights, count)
        #expect(abs(sum - expected) < 1e-5, "\(count) elements")
        for j in 0..<count {
          #expect(abs(Double(found[j]) - slopes[j]) <= 2e-5 * abs(slopes[j]) + 1e-6, "\(j)")
        }
      }
    }
  }
}
