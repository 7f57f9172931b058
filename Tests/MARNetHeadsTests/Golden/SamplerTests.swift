// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct SamplerTests {
  @Test func updatesAreTheStoredOnes() throws {
    let golden = try Golden(file: "samplers")
    let schedule = try NoiseSchedule(kind: .cosine, stepCount: try golden["T"].int)
    let arrays = [
      try golden["clean"].doubles, try golden["noisy"].doubles, try golden["z"].doubles,
    ]
    func check(_ sampler: Sampler, _ stored: Golden, previous: Int) throws {
      let step = try stored["t"].int
      let update = sampler.update(from: step, to: previous, schedule: schedule)
      let result = arrays[0].indices.map {
        update.clean * arrays[0][$0] + update.noisy * arrays[1][$0] + update.noise * arrays[2][$0]
      }
      // In Float64 from Float32 inputs: only the rounding of the stored value remains.
      expectClose(
        result, try stored["result"].doubles, tolerance: 1e-7, "\(sampler) at \(step)")
    }
    for stored in try golden["ddim"].items {
      try check(
        .ddim(steps: 10, eta: try stored["eta"].double), stored, previous: try stored["p"].int)
    }
    for stored in try golden["ddpm"].items {
      try check(.ddpm, stored, previous: try stored["t"].int - 1)
    }
  }

  @Test func timestepsAreTheStoredOnes() throws {
    for stored in try Golden(file: "schedules")["ddimTimesteps"].items {
      let sampler = Sampler.ddim(steps: try stored["S"].int, eta: 0)
      #expect(sampler.timesteps(of: try stored["T"].int) == (try stored["timesteps"].ints))
    }
    #expect(Sampler.oneStep.timesteps(of: 50) == [49])
    #expect(Sampler.ddpm.timesteps(of: 4) == [3, 2, 1, 0])
  }

  @Test(arguments: [10, 50], NoiseSchedule.Kind.allCases)
  func ddimWithEveryStepAndEtaOneIsDDPM(steps: Int, kind: NoiseSchedule.Kind) throws {
    guard kind == .cosine || steps > 20 else { return }
    let schedule = try NoiseSchedule(kind: kind, stepCount: steps)
    let ddim = Sampler.ddim(steps: steps, eta: 1)
    #expect(ddim.timesteps(of: steps) == Sampler.ddpm.timesteps(of: steps))
    for step in 1..<steps {
      let one = ddim.update(from: step, to: step - 1, schedule: schedule)
      let other = Sampler.ddpm.update(from: step, to: step - 1, schedule: schedule)
      #expect(abs(one.clean - other.clean) < 1e-12)
      #expect(abs(one.noisy - other.noisy) < 1e-12)
      #expect(abs(one.noise - other.noise) < 1e-12)
    }
  }

  @Test func theLastStepGivesTheEstimateItself() throws {
    let schedule = try NoiseSchedule(kind: .cosine, stepCount: 10)
    for sampler in [Sampler.oneStep, .ddpm, .ddim(steps: 4, eta: 0.5)] {
      let update = sampler.update(from: 0, to: -1, schedule: schedule)
      #expect(update.clean == 1 && update.noisy == 0 && update.noise == 0)
    }
  }

  /// Whatever η is, x_p has the forward process's mean and variance when x̂₀ is right.
  @Test(arguments: [0.0, 0.3, 1.0])
  func ddimKeepsTheMarginal(eta: Double) throws {
    let schedule = try NoiseSchedule(kind: .cosine, stepCount: 50)
    for (t, p) in [(49, 44), (30, 12), (5, 0)] {
      let update = Sampler.ddim(steps: 10, eta: eta).update(from: t, to: p, schedule: schedule)
      let (current, next) = (schedule.alphaBar[t], schedule.alphaBar[p])
      let mean = update.clean + update.noisy * current.squareRoot()
      let variance = update.noisy * update.noisy * (1 - current) + update.noise * update.noise
      #expect(abs(mean - next.squareRoot()) < 1e-12)
      #expect(abs(variance - (1 - next)) < 1e-12)
    }
  }
}
