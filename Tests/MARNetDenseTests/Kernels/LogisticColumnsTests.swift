// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct LogisticColumnsTests {
  /// Both twins, whole blocks and tails, against Double; columns beyond `count` stay.
  @Test(arguments: [(1, 1), (3, 5), (66, 256), (172, 33), (2, 255)])
  func agreesWithDouble(classes: Int, count: Int) {
    let stride = count + 3
    let logits = Seeded.normal(classes, stride, seed: 9).values.map { 20 * $0 }
    let bias = Seeded.normal(1, classes, seed: 10).values
    let labels = (0..<count).map { Int32($0 * 7 % classes) }
    let weights = (0..<classes).map { 0.25 + Float($0 % 5) }
    for (kernel, isWeighted) in [
      (marnet_logistic_columns, false), (marnet_logistic_columns_scalar, false),
      (marnet_logistic_columns, true), (marnet_logistic_columns_scalar, true),
    ] {
      var z = logits
      var classSums = [Double](repeating: .nan, count: classes)
      var (loss, squares) = (Double.nan, Double.nan)
      weights.withUnsafeBufferPointer {
        kernel(
          &z, stride, classes, count, bias, labels, isWeighted ? $0.baseAddress : nil, &classSums,
          &loss, &squares)
      }
      var exact = [Double](repeating: 0, count: classes)
      var (exactLoss, exactSquares) = (0.0, 0.0)
      for i in 0..<count {
        let h = (0..<classes).map { Double(logits[$0 * stride + i]) + Double(bias[$0]) }
        let most = h.max() ?? 0
        let sum = h.reduce(0) { $0 + exp($1 - most) }
        let weight = isWeighted ? Double(weights[Int(labels[i])]) : 1
        exactLoss += weight * (most + log(sum) - h[Int(labels[i])])
        for c in 0..<classes {
          let p = exp(h[c] - most) / sum
          exact[c] += weight * p
          exactSquares += weight * p * p
          let residual = weight * (p - (Int(labels[i]) == c ? 1 : 0))
          #expect(abs(Double(z[c * stride + i]) - residual) <= 5e-6 * max(weight, 1))
        }
      }
      for c in 0..<classes {
        #expect(abs(classSums[c] - exact[c]) <= 5e-6 * (1 + exact[c]))
        #expect(
          Array(z[c * stride + count..<(c + 1) * stride])
            == Array(
              logits[c * stride + count..<(c + 1) * stride]))
      }
      #expect(abs(loss - exactLoss) <= 1e-6 * (1 + exactLoss))
      #expect(abs(squares - exactSquares) <= 5e-6 * (1 + exactSquares))
    }
  }
}
