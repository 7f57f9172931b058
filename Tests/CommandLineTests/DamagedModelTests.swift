// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Model directories that cannot be read: exit status 65, whatever was done to them.
@Suite struct DamagedModelTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
    try FileManager.default.copyItem(
      atPath: models.path("plugin.marnet"), toPath: bench.path("m"))
  }

  private func expectUnreadable(
    _ reason: String, location: SourceLocation = #_sourceLocation
  ) throws {
    let features = models.path("features.h5")
    let result = try bench.run(["score", features, "--model", "m", "--output", "s.csv"])
    #expect(result.status == 65, sourceLocation: location)
    #expect(result.messages.contains("not a readable model ("), sourceLocation: location)
    #expect(result.messages.contains(reason), "\(result.messages)", sourceLocation: location)
    #expect(bench.folder.names == ["m"], sourceLocation: location)
  }

  private func replace(_ text: String, with other: String, in name: String) throws {
    let old = String(decoding: try bytes(of: bench.path(name)), as: UTF8.self)
    try #require(old.contains(text))
    try write(Array(old.replacing(text, with: other).utf8), to: bench.path(name))
  }

  @Test(arguments: ["config.json", "model.safetensors"])
  func aMissingFile(name: String) throws {
    try FileManager.default.removeItem(atPath: bench.path("m/\(name)"))
    try expectUnreadable("m: not a readable model (it has no \(name)). Fit again, or restore")
  }

  @Test func onlyTheTwoFilesAreNeeded() throws {
    for name in ["metrics.jsonl", "README.md"] {
      try FileManager.default.removeItem(atPath: bench.path("m/\(name)"))
    }
    #expect(
      try bench.scores(of: models.path("features.h5"), model: "m")
        == models.scores(of: "features.h5", model: "plugin.marnet"))
  }

  @Test(arguments: [0, 7, 100, 5_000])
  func weightsCutShort(count: Int) throws {
    let whole = try bytes(of: bench.path("m/model.safetensors"))
    try write(Array(whole.prefix(count)), to: bench.path("m/model.safetensors"))
    try expectUnreadable("m/model.safetensors")
  }

  @Test func weightsThatAreNoNumbers() throws {
    var whole = try bytes(of: bench.path("m/model.safetensors"))
    whole.replaceSubrange((whole.count - 4)..., with: [0, 0, 0xC0, 0x7F])
    try write(whole, to: bench.path("m/model.safetensors"))
    try expectUnreadable("is not finite")
  }

  @Test func weightsOfAnotherModel() throws {
    try bench.synthesize("wide.h5", ["--visual-width", "25"])
    try bench.fit("wide.h5", output: "wide")
    try FileManager.default.removeItem(atPath: bench.path("m/model.safetensors"))
    try FileManager.default.copyItem(
      atPath: bench.path("wide/model.safetensors"), toPath: bench.path("m/model.safetensors"))
    for name in ["wide", "wide.h5"] {
      try FileManager.default.removeItem(atPath: bench.path(name))
    }
    try expectUnreadable("has shape [25], not [24]")
  }

  @Test func configurationsOfAnotherTool() throws {
    try replace("\"marnet-plugin\"", with: "\"other\"", in: "m/config.json")
    try expectUnreadable("its format is 'other', not 'marnet-plugin'")
  }

  @Test func configurationsOfALaterVersion() throws {
    try replace("\"format_version\" : 1", with: "\"format_version\" : 2", in: "m/config.json")
    try expectUnreadable("format version 2; this tool reads 1")
  }

  @Test(arguments: [
    ("\"dimension\" : 16", "\"dimension\" : 0"), ("\"dimension\" : 16", "\"dimension\" : 17"),
    ("\"hidden_width\" : 16", "\"hidden_width\" : 60000"), ("\"draws\" : 2", "\"draws\" : \"x\""),
    ("\"visual_width\" : 24", "\"visual_width\" : -1"), ("\"class_3\"", "\"class_2\""),
    ("\"visual_width\" : 24", "\"visual_width\" : 9223372036854775807"),
    ("\"calibration_temperature\" : ", "\"calibration_temperature\" : -"), ("{", "["),
  ])
  func configurationsThatMakeNoModel(text: String, other: String) throws {
    try replace(text, with: other, in: "m/config.json")
    try expectUnreadable("m")
  }
}
