// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet
import MARNetExport

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a model as one ONNX graph, from visual rows to probabilities.",
    discussion: """
      The graph does what 'score' does, in float32: normalisation, projector, reverse diffusion \
      step by step, heads, fusion, calibration. Its input 'noise' may be left out.

        marnet-plugin export --model features.marnet --output features.onnx
      """)

  @Option(help: "Model directory, as 'fit' wrote it.", completion: .directory)
  var model: String

  @Option(help: "ONNX file to write.", completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(
    help: """
      What the graph holds: all (what 'score' does), alignment (one matrix product and a small \
      one), probe.
      """)
  var heads = ExportOptions.Heads.all

  @Option(help: "Sampler of the reconstruction: one-step, ddim, ddpm (default: the model's).")
  var sampler: SamplingOptions.Method?

  @Option(help: "Steps of the DDIM sampler.")
  var steps: Int?

  @Option(help: "Noise draws averaged (default: the model's).")
  var draws: Int?

  @Option(help: "Seed of the constant noise (default: the model's).")
  var seed: UInt64?

  @Flag(help: "Also give the aligned embedding x_EMA.")
  var embedding = false

  @Flag(help: "Also give the reconstructed text feature x_CDR.")
  var reconstruction = false

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  /// A graph of more operations takes seconds to load (onnxruntime: three, for 10,000).
  private static let manyNodes = 10_000

  func validate() throws {
    guard heads != .all else { return }
    let sampling = [
      ("--sampler", sampler != nil), ("--steps", steps != nil), ("--draws", draws != nil),
      ("--seed", seed != nil), ("--reconstruction", reconstruction),
    ]
    if let given = sampling.first(where: \.1) {
      throw ValidationError(
        "\(given.0) is about the reconstruction, which '--heads \(heads.rawValue)' leaves out.")
    }
    if heads == .probe, embedding {
      throw ValidationError("--embedding needs the projector, which '--heads probe' leaves out.")
    }
  }

  func run() throws {
    try CommandRun.run {
      var options = ExportOptions()
      options.heads = heads
      options.scoring.sampler = sampler
      options.scoring.steps = steps
      options.scoring.draws = draws
      options.scoring.seed = seed
      options.includesEmbedding = embedding
      options.includesReconstruction = reconstruction
      let model = try Model(directory: model)
      let report = try model.exportONNX(to: output, options, overwrite: overwrite)
      ExportText.lines(report, model: model, output: output, heads: heads)
        .forEach(Console.result)
      if report.nodeCount > Self.manyNodes {
        Console.message(
          "warning: a graph of so many operations takes seconds to load; '--sampler ddim' with "
            + "fewer '--steps' makes a smaller one.")
      }
    }
  }
}

extension ExportOptions.Heads: ExpressibleByArgument {}
