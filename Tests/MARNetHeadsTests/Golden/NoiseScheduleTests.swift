// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct NoiseScheduleTests {
  /// The schedule is computed in Float64; what is stored was rounded to Float32 (6e-8).
  private static let tolerance = 1e-7

  @Test func schedulesAreTheStoredOnes() throws {
    for stored in try Golden(file: "schedules")["schedules"].items {
      let kind: NoiseSchedule.Kind = try stored["kind"].text == "cosine" ? .cosine : .linear
      let schedule = try NoiseSchedule(kind: kind, stepCount: try stored["T"].int)
      let arrays = [
        ("beta", schedule.beta), ("alphaBar", schedule.alphaBar),
        ("posteriorClean", schedule.posteriorClean), ("posteriorNoisy", schedule.posteriorNoisy),
        ("posteriorVariance", schedule.posteriorVariance),
      ]
      for (name, values) in arrays {
        // Small entries matter (the first β, the last ᾱ): each is compared by itself.
        let expected = try stored[name].doubles
        #expect(values.count == expected.count)
        for (value, other) in zip(values, expected) {
          #expect(abs(value - other) <= Self.tolerance * abs(other), "\(kind) \(name)")
        }
      }
      #expect(schedule.stepCount == (try stored["T"].int))
    }
  }

  @Test func timeEmbeddingsAreTheStoredOnes() throws {
    for stored in try Golden(file: "schedules")["timeEmbeddings"].items {
      let table = TimeEmbedding.table(
        stepCount: try stored["T"].int, width: try stored["E"].int)
      // Angles in Float64: each value is right to its last digit (absolute: they lie in ±1).
      let rows = table.rows(at: try stored["t"].ints)
      let expected = try stored["embedding"].matrix
      #expect(zip(rows.values, expected.values).allSatisfy { abs($0 - $1) <= 1.2e-7 })
      #expect(rows.view.shape == expected.view.shape)
    }
  }

  @Test func theFirstPosteriorStepIsExact() throws {
    for kind in NoiseSchedule.Kind.allCases {
      let schedule = try NoiseSchedule(kind: kind, stepCount: 50)
      #expect(schedule.posteriorClean[0] == 1)
      #expect(schedule.posteriorNoisy[0] == 0)
      #expect(schedule.posteriorVariance[0] == 0)
    }
  }

  @Test func linearScheduleOfTwentyStepsReachesOne() {
    #expect(throws: NoiseSchedule.Invalid.betaReachesOne(kind: .linear, steps: 20)) {
      try NoiseSchedule(kind: .linear, stepCount: 20)
    }
    #expect(throws: NoiseSchedule.Invalid.betaReachesOne(kind: .linear, steps: 5)) {
      try NoiseSchedule(kind: .linear, stepCount: 5)
    }
    #expect(throws: Never.self) { try NoiseSchedule(kind: .linear, stepCount: 21) }
  }

  @Test func schedulesThatLeaveSignalAreRefused() throws {
    for (kind, steps) in [(NoiseSchedule.Kind.cosine, 1), (.linear, 1)] {
      do {
        let schedule = try NoiseSchedule(kind: kind, stepCount: steps)
        #expect(schedule.alphaBar[steps - 1] < 0.01, "\(kind), \(steps) steps")
      } catch {
        switch error {
        case .signalRemains(_, _, let alphaBar): #expect(alphaBar >= 0.01)
        case .betaReachesOne: #expect(kind == .linear && steps <= 20)
        }
      }
    }
  }

  @Test(arguments: [2, 10, 50, 1000])
  func alphaBarFallsAndThePosteriorKeepsTheMarginal(steps: Int) throws {
    let schedule = try NoiseSchedule(kind: .cosine, stepCount: steps)
    for t in 1..<steps {
      let (current, previous) = (schedule.alphaBar[t], schedule.alphaBar[t - 1])
      #expect(current < previous)
      // q(x_{t−1} | x₀): mean √ᾱ_{t−1} x₀, variance 1 − ᾱ_{t−1}.
      let (clean, noisy) = (schedule.posteriorClean[t], schedule.posteriorNoisy[t])
      let mean = clean + noisy * current.squareRoot()
      let variance = noisy * noisy * (1 - current) + schedule.posteriorVariance[t]
      #expect(abs(mean - previous.squareRoot()) < 1e-12)
      #expect(abs(variance - (1 - previous)) < 1e-12)
    }
  }
}
