// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Draws x_CDR: from N(0, I) (or from 0), step by step, to the estimate of the clean text feature
/// (MARNet, arXiv 2407.18854, eqs. 21 to 23), conditioned on the image alone.
package struct ReverseProcess: Sendable {
  package let denoiser: Denoiser
  package let sampler: Sampler
  private let key: RandomKey
  /// The steps that `sample` visits, descending, and how each makes the next x_t.
  package let steps: [(step: Int, update: Sampler.Update)]

  package init(denoiser: Denoiser, sampler: Sampler, key: RandomKey) {
    self.denoiser = denoiser
    self.sampler = sampler
    self.key = key
    let timesteps = sampler.timesteps(of: denoiser.schedule.stepCount)
    steps = timesteps.enumerated().map { index, step in
      let previous = index + 1 < timesteps.count ? timesteps[index + 1] : -1
      return (
        step, sampler.update(from: step, to: previous, schedule: denoiser.schedule)
      )
    }
  }

  /// The steps that `sample` visits, descending.
  package var visitedSteps: [Int] { steps.map(\.step) }

  /// Leaves x̂₀ of every row in `activations.predictedClean`.
  ///
  /// - Parameters:
  ///   - rowKeys: a key a row; with `draw` they decide the noise, so that a row's result
  ///     does not depend on the rows around it.
  ///   - condition, skip: from `Denoiser.prepare`, as many rows as `activations`.
  ///   - time: `[visited steps, H]`, from `Denoiser.prepare(steps:)`.
  ///   - noise: `[rows, Ds]` scratch.
  ///   - observe: called after every call of the denoiser with its place in `steps`; x̂₀ of that
  ///     step then stands in `activations.predictedClean`.
  package func sample(
    _ activations: DenoiserActivations, condition: MatrixView, skip: MatrixView,
    time: MatrixView, rowKeys: UnsafePointer<UInt64>, draw: Int, noise: MatrixView,
    _ parameters: ParameterBlock, observe: ((_ index: Int) -> Void)? = nil
  ) {
    let width = denoiser.textWidth
    let rowCount = activations.input.rowCount
    let start = RandomKey.tag(purpose: RandomPurpose.scoringNoise, draw: draw)
    for row in 0..<rowCount {
      let x = activations.input.row(row)
      if sampler == .noiseless {
        x.update(repeating: 0, count: width)
      } else {
        key.fillNormal(x, count: width, rowKey: rowKeys[row], tag: start)
      }
    }
    for (index, (step, update)) in steps.enumerated() {
      denoiser.forward(
        activations, condition: condition, skip: skip, parameters, time: time.row(index),
        dropout: nil)
      observe?(index)
      guard !update.isFinal else { return }
      let tag = RandomKey.tag(purpose: RandomPurpose.reverseStepNoise, draw: draw, step: step)
      let clean = Float(update.clean)
      let noisy = Float(update.noisy)
      let sigma = Float(update.noise)
      for row in 0..<rowCount {
        let x = activations.input.row(row)
        let x0 = activations.predictedClean.row(row)
        guard sigma > 0 else {
          marnet_reverse_step(x, x0, nil, width, clean, noisy, 0)
          continue
        }
        let z = noise.row(row)
        key.fillNormal(z, count: width, rowKey: rowKeys[row], tag: tag)
        marnet_reverse_step(x, x0, z, width, clean, noisy, sigma)
      }
    }
  }
}
