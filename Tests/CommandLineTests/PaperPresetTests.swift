// SPDX-License-Identifier: Apache-2.0

import Testing

/// The preset `paper`: operators, modes, samplers.
@Suite struct PaperPresetTests {
  @Test(arguments: ["concatenation", "addition", "multiplication", "sum", "harmonic"])
  func operators(name: String) throws {
    let bench = try Workbench()
    try bench.synthesize("f.h5")
    try bench.fit(
      "f.h5", output: "m", ["--preset", "paper", "--set", "fusion.fusion_operator=\(name)"])
    #expect(try bench.scores(of: "f.h5", model: "m").count == 120)
  }

  @Test(arguments: ["addition", "multiplication", "sum", "harmonic"])
  func operatorsOnLogits(name: String) throws {
    let bench = try Workbench()
    try bench.synthesize("f.h5")
    try bench.fit(
      "f.h5", output: "m",
      [
        "--preset", "paper", "--set", "fusion.mode=logit", "--set",
        "fusion.fusion_operator=\(name)",
      ])
    #expect(try bench.scores(of: "f.h5", model: "m").count == 120)
  }

  @Test func samplersDiffer() throws {
    let bench = try Fitted.shared.get()
    let usual = try bench.scores(of: "features.h5", model: "paper.marnet")
    let ddim = try bench.scores(
      of: "features.h5", model: "paper.marnet", ["--sampler", "ddim", "--steps", "10"])
    #expect(ddim == usual)
    for options in [["--sampler", "ddpm"], ["--sampler", "one-step"], ["--steps", "3"]] {
      #expect(try bench.scores(of: "features.h5", model: "paper.marnet", options) != usual)
    }
  }

  @Test(arguments: ["ddim", "ddpm"])
  func jointHeadsRefuseOtherSamplers(name: String) throws {
    let bench = try Fitted.shared.get()
    let result = try bench.run(
      ["score", "features.h5", "--model", "plugin.marnet", "--output", "-", "--sampler", name])
    #expect(result.status == 78)
    #expect(
      result.messages
        == "error: the heads of this model were trained on one denoiser call from pure noise; "
        + "they are not valid on samples of '\(name)'. Leave '--sampler' out, or fit with "
        + "'--preset paper' to use it.\n")
    #expect(result.output.isEmpty)
  }
}
