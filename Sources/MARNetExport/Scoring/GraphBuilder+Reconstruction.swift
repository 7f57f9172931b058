// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The reconstruction module: reverse diffusion from noise to x_CDR, conditioned on the image
/// (MARNet, arXiv 2407.18854, eqs. 17 to 19 and 21 to 23), step by step.
extension GraphBuilder {
  /// x_CDR / b of every draw, `[N, K, Ds]`.
  ///
  /// - Parameters:
  ///   - visual: `[N, Dv]`, standardised.
  ///   - noise: `[N or 1, K, noise vectors, Ds]`, in the order of `ReversePlan.noise`.
  mutating func reconstruction(
    of visual: Value, noise: Value, plan: ReversePlan, configuration: Configuration
  ) -> Value {
    let condition = forAllDraws(product(visual, "denoiser.condition"))
    let skip =
      configuration.reconstruction.hasSkip
      ? forAllDraws(linear(visual, "denoiser.skip")) : nil
    var x = noiseVector(0, of: noise)
    var usedVectors = 1
    for call in plan.steps.dropLast() {
      let clean = denoiser(x, at: call, condition: condition, skip: skip, textWidth: plan.textWidth)
      let name = "step\(call.step)"
      let kept = node("Mul", [x, scalar(call.noisy)], as: "\(name).noisy")
      let added = node("Mul", [clean, scalar(call.clean)], as: "\(name).clean")
      x = node("Add", [added, kept], as: "\(name).mean")
      guard call.noise > 0 else { continue }
      let fresh = noiseVector(usedVectors, of: noise)
      usedVectors += 1
      let scaled = node("Mul", [fresh, scalar(call.noise)], as: "\(name).noise")
      x = node("Add", [x, scaled], as: "\(name).next")
    }
    guard let last = plan.steps.last else { preconditionFailure("no step of diffusion") }
    let clean = denoiser(x, at: last, condition: condition, skip: skip, textWidth: plan.textWidth)
    let scale = scalar(1 / Float(configuration.reconstruction.textScale))
    return node("Mul", [clean, scale], as: "reconstructed")
  }

  /// x̂₀ from x_t: `x` `[N, K, Ds]` -> `[N, K, Ds]`.
  private mutating func denoiser(
    _ x: Value, at call: ReversePlan.Step, condition: Value, skip: Value?, textWidth: Int
  ) -> Value {
    let time = constant("step\(call.step).time", [call.time.count]) { call.time }
    let fixed = node("Add", [condition, time], as: "step\(call.step).condition")
    let noisy = product(x, "denoiser.input", columns: ("text", 0..<textWidth))
    var h = node("Add", [noisy, fixed], as: "denoiser.input")
    for layer in ["denoiser.hidden1", "denoiser.hidden2", "denoiser.output"] {
      h = linear(silu(h, as: "\(layer).activation"), layer)
    }
    guard let skip else { return h }
    return node("Add", [h, skip], as: "denoiser.clean")
  }

  /// Vector `index` of every row and draw, `[N or 1, K, Ds]`.
  private mutating func noiseVector(_ index: Int, of noise: Value) -> Value {
    node(
      "Gather", [noise, integers([Int64(index)], isScalar: true)], as: "noise\(index)",
      [("axis", .integer(2))])
  }
}
