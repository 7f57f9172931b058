// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// `export`: what it prints, writes and refuses.
@Suite struct ExportTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  private func export(_ model: String, _ options: [String]) throws -> CommandResult {
    try bench.run(["export", "--model", models.path(model), "--output", "m.onnx"] + options)
  }

  @Test func saysWhatTheGraphTakes() throws {
    let result = try export("plugin.marnet", []).succeeded()
    let size = try bytes(of: bench.path("m.onnx")).count
    #expect(
      Array(result.outputLines.dropLast()) == [
        "input   visual [N, 24]", "input   noise [noise_rows, 2, 1, 8]",
        "output  probabilities [N, 4]", "output  prediction [N]",
        "'noise' may be left out: a constant then serves every row.",
      ])
    let last = try #require(result.outputLines.last)
    #expect(last.replacing(",", with: "").hasSuffix("operations \(size) bytes in m.onnx."))
    #expect(result.messages.isEmpty)
    let alignment = try export("plugin.marnet", ["--heads", "alignment", "--overwrite"])
      .succeeded()
    #expect(
      alignment.outputLines.dropLast() == [
        "input   visual [N, 24]", "output  probabilities [N, 4]", "output  prediction [N]",
      ])
  }

  @Test func samplersOfThePaper() throws {
    let result = try export(
      "paper.marnet", ["--sampler", "ddpm", "--draws", "3", "--embedding", "--reconstruction"]
    ).succeeded()
    #expect(
      Array(result.outputLines.prefix(4)) == [
        "input   visual [N, 24]", "input   noise [noise_rows, 3, 50, 8]",
        "output  embedding [N, 16]", "output  reconstruction [N, 8]",
      ])
    try export("plugin.marnet", ["--sampler", "ddim", "--overwrite"])
      .refused(78, "they are not valid on samples of 'ddim'")
  }

  @Test func theFallbackIsSaid() throws {
    try bench.fit(
      models.path("features.h5"), output: "probe.marnet",
      ["--set", "validation.fallback=true", "--set", "training.learning_rate=1e-9"])
    let result = try bench.run(["export", "--model", "probe.marnet", "--output", "p.onnx"])
      .succeeded()
    #expect(
      result.output.contains("The model predicts with its linear probe, and so does the graph.\n"))
    #expect(!result.output.contains("noise"))
  }

  @Test func whatIsThereStays() throws {
    try write(Array("mine".utf8), to: bench.path("m.onnx"))
    try export("plugin.marnet", []).refused(73, "m.onnx: already exists.")
    #expect(try bytes(of: bench.path("m.onnx")) == Array("mine".utf8))
    try export("plugin.marnet", ["--overwrite"]).succeeded()
    #expect(bench.folder.names == ["m.onnx"])
  }

  @Test func whatIsNoModel() throws {
    try export("none.marnet", []).refused(66, "there is no such model")
    try export("features.h5", []).refused(65, "it has no config.json")
    try FileManager.default.createDirectory(
      atPath: bench.path("empty"), withIntermediateDirectories: true)
    try bench.run(["export", "--model", "empty", "--output", "m.onnx"])
      .refused(65, "it has no config.json")
    #expect(bench.folder.names == ["empty"])
  }

  @Test(arguments: [
    (["--heads", "all-of-them"], "--heads"),
    (["--heads", "alignment", "--draws", "3"], "--draws is about the reconstruction"),
    (["--heads", "probe", "--sampler", "ddpm"], "'--heads probe' leaves out"),
    (["--heads", "probe", "--embedding"], "--embedding needs the projector"),
    (["--steps", "many"], "--steps"),
  ])
  func flagsThatDoNotGoTogether(options: [String], said: String) throws {
    try export("plugin.marnet", options).refused(64, said)
    #expect(bench.folder.names.isEmpty)
  }

  @Test func valuesOutOfRange() throws {
    try export("paper.marnet", ["--steps", "51"]).refused(78, "'sampling.steps' is 51")
    try export("plugin.marnet", ["--draws", "0"]).refused(78, "'sampling.draws' is 0")
    #expect(bench.folder.names.isEmpty)
  }
}
