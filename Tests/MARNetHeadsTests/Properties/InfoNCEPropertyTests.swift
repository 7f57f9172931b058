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

  /// Scratch memory made for more rows serves fewer, whatever it held before.
  @Test func scratchServesFewerRows() {
    let scratch = loss.makeScratch(rowCount: 40, width: 5)
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
