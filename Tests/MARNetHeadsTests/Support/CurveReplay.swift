// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Five training steps on a golden batch, compared with the stored ones.
///
/// A replay in Float32 of the Float64 reference stays within 2e-6 of every stored loss,
/// gradient and parameter, the array's rms counted as its size; 1e-5 leaves room for another
/// processor's order of summation. A wrong factor anywhere is far outside.
struct CurveReplay {
  static let tolerance = 1e-5
  let settings: Golden
  let run: Golden
  /// Loss terms of the file, each with where to find it and its weight in the total.
  let terms: [(name: String, term: KeyPath<LossTerms, Double>, weight: Double)]

  /// - Parameters:
  ///   - settings: the file, with `steps`, `learningRate`, `weightDecay`, `clip`.
  ///   - run: a case of it, with `initialParameters` and what came of them.
  func check(_ network: some TrainingNetwork, on fixture: BatchFixture) throws {
    try network.parameters.load(try run["initialParameters"])
    let steps = try settings["steps"].int
    let schedule = LearningRateSchedule(
      peak: try settings["learningRate"].double, stepCount: steps, warmup: 0.05)
    let optimizer = AdamW(
      layout: network.parameters.layout, weightDecay: try settings["weightDecay"].double,
      clipNorm: try settings["clip"].double)
    let pool = WorkerPool(threads: 2)
    var losses: [LossTerms] = []
    var norms: [Double] = []
    for step in 0..<steps {
      losses.append(fixture.withBatch { network.evaluate($0, step: step, pool: pool) })
      if step == 0 {
        try expectClose(
          network.parameters.named(gradients: true), try run["gradients"],
          tolerance: Self.tolerance, "first gradient")
      }
      norms.append(
        optimizer.update(
          network.parameters, rate: schedule.rate(at: step), step: step, pool: pool))
    }
    try compare(losses)
    expectClose(
      norms, try run["gradientNorms"].doubles, tolerance: Self.tolerance, "gradient norms")
    try expectClose(
      network.parameters.named(), try run["finalParameters"], tolerance: Self.tolerance,
      "parameters after \(steps) steps")
  }

  private func compare(_ losses: [LossTerms]) throws {
    let stored = try run["losses"]
    #expect((terms.map(\.name) + ["total"]).sorted() == stored.keys)
    for (name, term, weight) in terms {
      let expected = try stored[name].doubles.map { $0 * weight }
      expectClose(
        losses.map { $0[keyPath: term] }, expected, tolerance: Self.tolerance, "loss '\(name)'")
    }
    expectClose(
      losses.map(\.total), try stored["total"].doubles, tolerance: Self.tolerance, "total loss")
  }
}
