// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct InfoNCEPropertyTests {
  let loss = InfoNCE(temperature: 0.07)

  @Test(arguments: [2, 9, 150])
  func permutingPairsPermutesTheGradient(count: Int) {
    let (u, v) = (Seeded.normal(count, 6, seed: 1), Seeded.normal(count, 6, seed: 2))
    var random = SplitMix(seed: 3)
    let order = Array(0..<count).shuffled(using: &random)
    let plain = evaluate(loss, u, v)
    let permuted = evaluate(loss, u.rows(at: order), v.rows(at: order))
    #expect(abs(plain.value - permuted.value) <= 1e-6 * plain.value)
    expectClose(permuted.visual, plain.visual.rows(at: order), tolerance: 1e-5, "visual")
    expectClose(permuted.text, plain.text.rows(at: order), tolerance: 1e-5, "text")
  }

  @Test func theModalitiesAreInterchangeable() {
    let (u, v) = (Seeded.normal(11, 5, seed: 1), Seeded.normal(11, 5, seed: 2))
    let (one, other) = (evaluate(loss, u, v), evaluate(loss, v, u))
    #expect(abs(one.value - other.value) <= 1e-6 * one.value)
    expectClose(one.visual, other.text, tolerance: 1e-5)
    expectClose(one.text, other.visual, tolerance: 1e-5)
  }

  @Test func onlyDirectionsMatter() {
    let (u, v) = (Seeded.normal(11, 5, seed: 1), Seeded.normal(11, 5, seed: 2))
    let doubled = Matrix(rowCount: 11, columnCount: 5, values: u.values.map { 2 * $0 })
    let (one, other) = (evaluate(loss, u, v), evaluate(loss, doubled, v))
    #expect(abs(one.value - other.value) <= 1e-6 * one.value)
    expectClose(other.visual.values, one.visual.values.map { $0 / 2 }, tolerance: 1e-5)
  }

  @Test func equalRowsTellNothing() {
    let same = Matrix(rows: [[Float]](repeating: [1, 2, 3], count: 7))
    let result = evaluate(loss, same, same)
    #expect(abs(result.value - 2 * log(7)) < 1e-6)
    #expect((result.visual.values + result.text.values).allSatisfy { abs($0) < 1e-6 })
  }

  @Test func onePairHasNoNegatives() {
    let result = evaluate(loss, Seeded.normal(1, 5, seed: 1), Seeded.normal(1, 5, seed: 2))
    #expect(result.value == 0)
    #expect((result.visual.values + result.text.values).allSatisfy { $0 == 0 })
  }

  @Test func theWeightMultipliesEverything() {
    let (u, v) = (Seeded.normal(11, 5, seed: 1), Seeded.normal(11, 5, seed: 2))
    let (one, half) = (evaluate(loss, u, v), evaluate(loss, u, v, weight: 0.5))
    #expect(abs(half.value - one.value / 2) <= 1e-7 * one.value)
    expectClose(half.visual.values, one.visual.values.map { $0 / 2 }, tolerance: 1e-6)
    expectClose(half.text.values, one.text.values.map { $0 / 2 }, tolerance: 1e-6)
  }

  /// Above 1,024 pairs S is made again instead of kept: the loss and gradients of its
  /// definition all the same.
  @Test func manyPairsAreTheDefinition() {
    let count = 1_100
    let (u, v) = (Seeded.normal(count, 4, seed: 1), Seeded.normal(count, 4, seed: 2))
    let found = evaluate(loss, u, v, threads: 3)
    func unit(_ x: Matrix) -> [[Double]] {
      (0..<count).map { row in
        let values = x.row(row).map(Double.init)
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / norm }
      }
    }
    let (a, b) = (unit(u), unit(v))
    let s = a.map { left in
      b.map { right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } / 0.07 }
    }
    let rows = s.map { row in row.reduce(0) { $0 + exp($1 - 15) } }
    let columns = (0..<count).map { j in s.reduce(0) { $0 + exp($1[j] - 15) } }
    var value = 0.0
    for i in 0..<count { value += log(rows[i]) + log(columns[i]) + 30 - 2 * s[i][i] }
    #expect(abs(found.value - value / Double(count)) <= 1e-6 * found.value)
    for i in [0, 63, 64, 1_023, 1_099] {
      var (du, dv) = ([0.0, 0, 0, 0], [0.0, 0, 0, 0])
      for j in 0..<count {
        let g = exp(s[i][j] - 15) * (1 / rows[i] + 1 / columns[j]) - (i == j ? 2 : 0)
        let h = exp(s[j][i] - 15) * (1 / rows[j] + 1 / columns[i]) - (i == j ? 2 : 0)
        for k in 0..<4 {
          du[k] += g * b[j][k]
          dv[k] += h * a[j][k]
        }
      }
      func gradient(_ g: [Double], _ direction: [Double], _ x: [Float]) -> [Float] {
        let along = zip(g, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let norm = x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return (0..<4).map {
          Float((g[$0] - along * direction[$0]) / norm / 0.07 / Double(count))
        }
      }
      expectClose(found.visual.row(i), gradient(du, a[i], u.row(i)), tolerance: 1e-4, "visual")
      expectClose(found.text.row(i), gradient(dv, b[i], v.row(i)), tolerance: 1e-4, "text")
    }
  }

  /// Scratch memory made for more rows serves fewer, whatever it held before.
  @Test func scratchServesFewerRows() {
    let scratch = loss.scratch(rowCount: 40, width: 5)
    let pool = WorkerPool(threads: 1)
    for count in [40, 7, 1, 12] {
      let (u, v) = (Seeded.normal(count, 5, seed: 1), Seeded.normal(count, 5, seed: 2))
      var (du, dv) = (u, v)
      let value = loss.evaluate(
        visual: u.view, text: v.view, weight: 1, visualGradient: du.mutableView(),
        textGradient: dv.mutableView(), scratch: scratch, pool: pool)
      let fresh = evaluate(loss, u, v)
      #expect(value == fresh.value && du == fresh.visual && dv == fresh.text)
    }
  }
}
