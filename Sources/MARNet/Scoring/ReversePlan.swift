// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The reverse diffusion behind a model's scores as data: for whoever computes it elsewhere.
package struct ReversePlan: Sendable {
  /// One call of the denoiser: x̂₀ from x_t, and the next x_t from both.
  package struct Step: Sendable {
    /// t.
    package let step: Int
    /// `[H]`, what the denoiser's first layer makes of t, its bias included.
    package let time: [Float]
    /// x_p = clean x̂₀ + noisy x_t + noise z; z fresh, of N(0, I).
    package let clean: Float
    package let noisy: Float
    package let noise: Float
  }

  /// In the order of the calls; the result is x̂₀ of the last one.
  package let steps: [Step]
  /// K, draws averaged.
  package let draws: Int
  package let seed: UInt64
  /// Ds.
  package let textWidth: Int

  /// Vectors of noise a draw: x_T, then z of every step that adds some.
  package var noiseVectors: Int { 1 + steps.count { $0.noise > 0 } }

  /// The noise of rows with these keys, `[rows, K, noise vectors, Ds]`.
  package func noise(rowKeys: [UInt64]) -> [Float] {
    let key = RandomKey(seed: seed)
    var values = [Float](repeating: 0, count: rowKeys.count * draws * noiseVectors * textWidth)
    values.withUnsafeMutableBufferPointer { buffer in
      guard var target = buffer.baseAddress else { return }
      for rowKey in rowKeys {
        for draw in 0..<draws {
          for tag in tags(draw: draw) {
            key.fillNormal(target, count: textWidth, rowKey: rowKey, tag: tag)
            target += textWidth
          }
        }
      }
    }
    return values
  }

  private func tags(draw: Int) -> [UInt32] {
    [RandomKey.tag(purpose: RandomPurpose.scoringNoise, draw: draw)]
      + steps.filter { $0.noise > 0 }.map {
        RandomKey.tag(purpose: RandomPurpose.reverseStepNoise, draw: draw, step: $0.step)
      }
  }
}

extension Model {
  /// The reverse diffusion of a score with `options`.
  ///
  /// - Throws: `ModelError.invalidSampling`, `ConfigurationError`.
  package func reversePlan(_ options: ScoringOptions) throws -> ReversePlan {
    let sampling = try options.sampling(for: configuration)
    let denoiser = heads.denoiser
    let process = ReverseProcess(
      denoiser: denoiser, sampler: sampling.sampler, key: RandomKey(seed: sampling.seed))
    let visited = process.visitedSteps
    let dimensions = heads.architecture.dimensions
    var scratch = Matrix(
      rowCount: visited.count, columnCount: dimensions.text + dimensions.timeEmbedding)
    var time = Matrix(rowCount: visited.count, columnCount: dimensions.hidden)
    denoiser.prepare(
      steps: visited, scratch: scratch.mutableView(), into: time.mutableView(), heads.parameters)
    let steps = process.steps.enumerated().map { index, call in
      ReversePlan.Step(
        step: call.step, time: Array(time.row(index)), clean: Float(call.update.clean),
        noisy: Float(call.update.noisy), noise: Float(call.update.noise))
    }
    return ReversePlan(
      steps: steps, draws: sampling.draws, seed: sampling.seed, textWidth: textWidth)
  }
}
