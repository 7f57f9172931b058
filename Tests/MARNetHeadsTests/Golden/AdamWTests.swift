// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct AdamWTests {
  /// Five clipped steps, checked against PyTorch's optimizer where they were made. Values are
  /// near 0.7: 1e-6 of that is a few units in the last place a step.
  @Test func stepsAreTheStoredOnes() throws {
    let golden = try Golden(file: "adamw")
    var layout = ParameterLayout()
    let matrix = layout.addMatrix("matrix", rows: 3, columns: 4, bound: 0)
    let vector = layout.addVector("vector", count: 4, bound: 0)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 0))
    try block.load(try golden["initial"])
    let optimizer = AdamW(
      layout: layout, weightDecay: try golden["weightDecay"].double,
      clipNorm: try golden["clip"].double)
    let pool = WorkerPool(threads: 2)
    let steps = try golden["steps"].items
    let schedule = LearningRateSchedule(
      peak: try golden["learningRate"].double, stepCount: steps.count, warmup: 0.05)
    for (step, stored) in steps.enumerated() {
      block.gradient(of: matrix).load(try stored["gradients"]["matrix"].matrix)
      block.gradient(of: vector).load(try stored["gradients"]["vector"].matrix)
      let rate = schedule.rate(at: step)
      #expect(abs(rate - (try stored["learningRate"].double)) <= 1e-7 * rate)
      let norm = optimizer.update(block, rate: rate, step: step, pool: pool)
      #expect(abs(norm - (try stored["gradientNorm"].double)) <= 2e-7 * norm)
      try expectClose(
        block.named(), try stored["values"], tolerance: 1e-6, "values after step \(step)")
    }
  }

  @Test func learningRatesAreTheStoredOnes() throws {
    let golden = try Golden(file: "adamw")["learningRates"]
    let steps = try golden["steps"].int
    let schedule = LearningRateSchedule(
      peak: try golden["learningRate"].double, stepCount: steps, warmup: 0.05)
    let rates = (0..<steps).map { schedule.rate(at: $0) }
    for (rate, stored) in zip(rates, try golden["values"].doubles) {
      #expect(abs(rate - stored) <= 1e-7 * stored)
    }
  }

  @Test func theRateStartsAtItsPeakWithoutWarmup() {
    let schedule = LearningRateSchedule(peak: 0.5, stepCount: 10, warmup: 0)
    #expect(schedule.rate(at: 0) == 0.5)
    #expect((1..<10).allSatisfy { schedule.rate(at: $0) < schedule.rate(at: $0 - 1) })
  }

  /// With unit gradients the first step is the rate itself, and decay moves matrices alone.
  @Test func decaySparesVectors() {
    var layout = ParameterLayout()
    let matrix = layout.addMatrix("m", rows: 1, columns: 3, bound: 0)
    let vector = layout.addVector("v", count: 3, bound: 0)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 0))
    block[matrix].fill(2)
    block[vector].fill(2)
    block.gradient(of: matrix).fill(1)
    block.gradient(of: vector).fill(1)
    AdamW(layout: layout, weightDecay: 0.5, clipNorm: .infinity)
      .update(block, rate: 0.1, step: 0, pool: WorkerPool(threads: 1))
    expectClose(block[matrix].matrix().values, [1.8, 1.8, 1.8], tolerance: 3e-7)
    expectClose(block[vector].matrix().values, [1.9, 1.9, 1.9], tolerance: 3e-7)
  }

  /// A gradient above the norm counts as one scaled down to it; below, it stays.
  @Test func clippingScalesTheWholeGradient() {
    func moved(_ gradient: Float, clip: Double) -> [Float] {
      var layout = ParameterLayout()
      // Longer than one stretch of the optimizer, so that the norm is summed over several.
      let slot = layout.addMatrix("m", rows: 200, columns: 100, bound: 0)
      let block = ParameterBlock(layout: layout, key: RandomKey(seed: 0))
      let optimizer = AdamW(layout: layout, weightDecay: 0, clipNorm: clip)
      let pool = WorkerPool(threads: 2)
      block.gradient(of: slot).fill(gradient)
      let norm = optimizer.update(block, rate: 0.1, step: 0, pool: pool)
      #expect(abs(norm - Double(gradient) * 20_000.0.squareRoot()) < 1e-6 * norm)
      block.gradient(of: slot).fill(1e-3)
      optimizer.update(block, rate: 0.1, step: 1, pool: pool)
      return block[slot].matrix().values
    }
    let unit = Float(1 / 20_000.0.squareRoot())
    expectClose(moved(3, clip: 1), moved(unit, clip: .infinity), tolerance: 1e-5)
    #expect(moved(unit / 2, clip: 1) == moved(unit / 2, clip: .infinity))
  }
}
