// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Testing

/// The commands that `fit` names at its end work as they are printed.
@Suite struct NextCommandsTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  /// The commands at the end of `output`.
  private func commands(_ output: String) throws -> [String] {
    let lines = output.split(separator: "\n").map(String.init)
    let start = try #require(lines.lastIndex { $0.hasSuffix("Next:") }, "\(output)")
    return Array(lines[(start + 1)...])
  }

  /// Runs `commands` in a shell, one after the other.
  private func run(_ commands: [String]) throws {
    var command = bench.command([])
    command.shell = commands.map { $0.replacing("  marnet-plugin", with: "\"$0\"") }
      .joined(separator: " && ")
    try command.run().succeeded()
  }

  @Test func allOfThem() throws {
    try bench.synthesize("it's f.h5")
    for _ in 0..<2 {
      // The second time everything is there already.
      let fit = try bench.fit("it's f.h5", output: "it's m.marnet", ["--overwrite"])
      let commands = try commands(fit.output)
      #expect(
        commands.map { $0.split(separator: " ")[1] } == ["evaluate", "score", "report", "export"])
      try run(commands)
    }
    #expect(
      bench.folder.names == [
        "it's f.h5", "it's m.html", "it's m.marnet", "it's m.onnx", "it's m.scores.h5",
      ])
  }

  @Test func afterAReport() throws {
    try bench.synthesize("f.h5")
    let fit = try bench.fit("f.h5", output: "m", ["--report"])
    let lines = fit.output.split(separator: "\n")
    let next = try #require(lines.firstIndex { $0.hasSuffix("Next:") })
    #expect(
      lines[(next + 1)...].prefix { $0.hasPrefix("  marnet-plugin ") }
        .map { $0.split(separator: " ")[1] } == ["evaluate", "score", "export"])
  }

  /// Without 'test' there is 'val' to look at; without either, images that are still to come.
  @Test func withoutTestRows() throws {
    try bench.synthesize("f.h5")
    try EditedFile.copy(bench.path("f.h5"), to: bench.path("val.h5")) {
      $0.rows[.val] = $0.rows[.test]
      $0.rows[.test] = nil
    }
    let validated = try commands(bench.fit("val.h5", output: "v").output)
    #expect(validated[0] == "  marnet-plugin evaluate val.h5 --model v --split val")
    #expect(validated[1].contains(" --split val --output v.scores.h5"))
    try run(validated)
    try EditedFile.copy(bench.path("f.h5"), to: bench.path("train.h5")) { $0.rows[.test] = nil }
    let alone = try commands(bench.fit("train.h5", output: "t").output)
    #expect(alone[0] == "  marnet-plugin score new.h5 --model t --output t.scores.h5")
    try run(Array(alone.dropFirst()))
  }
}
