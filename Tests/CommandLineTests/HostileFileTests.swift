// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Files that crash the HDF5 library or keep it for ever: an error message and exit status 74.
@Suite struct HostileFileTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// Writes features whose labels HDF5 cannot read without harm: in the heap of its strings
  /// stands an object of size 0, behind which the library looks for the next one for ever.
  private func writeEndless() throws {
    let raw = try RawFile(bench.path("f.h5"))
    raw.group("train")
    try raw.floats("train/visual", [4, 2], [Float](repeating: 1, count: 8))
    try raw.floats("train/text", [4, 2], [Float](repeating: 1, count: 8))
    try raw.strings("train/label", ["a", "b", "a", "b"])
    raw.flush()
    try makeStringsEndless(in: bench.path("f.h5"))
  }

  private func makeStringsEndless(in path: String) throws {
    var all = try bytes(of: path)
    let signature = Array("GCOL".utf8)
    let heap = try #require(
      all.indices.first { all[$0...].prefix(4).elementsEqual(signature) })
    // Behind a header of 16 bytes: number, references, 4 reserved bytes, then the size.
    let size = heap + 16 + 8
    for at in size..<size + 8 { all[at] = 0xFF }
    try write(all, to: path)
  }

  @Test func inspectOutlivesTheLibrary() throws {
    try writeEndless()
    let result = try bench.run(["inspect", "f.h5"])
    expectContained(result)
  }

  @Test(arguments: [
    ["fit", "f.h5", "--output", "m"], ["compare", "f.h5", "--output", "c.json"],
    ["tune", "f.h5", "--output", "t"], ["convert", "f.h5", "--output", "o.h5"],
  ])
  func commandsOutliveItWhereTheyAreTold(arguments: [String]) throws {
    try writeEndless()
    expectContained(try bench.run(arguments + ["--untrusted"]))
    #expect(bench.folder.names == ["f.h5"])
  }

  @Test func mergeOutlivesItWhereItIsTold() throws {
    try bench.run(bench.scoring("f.h5")).succeeded()
    try makeStringsEndless(in: bench.path("f.h5"))
    let result = try bench.run(["merge", "f.h5", "--output", "o.h5", "--untrusted"])
    // Before it stands what glibc says of a crash that it notices.
    let message = result.messages.components(separatedBy: "\nerror: ").last ?? ""
    #expect(result.status == 74, "\(result.messages)")
    #expect(
      message.contains("f.h5: ")
        && message.hasSuffix("copy it again from its source, or do not use it.\n"),
      "\(result.messages)")
    #expect(bench.folder.names == ["f.h5"])
  }

  private func expectContained(
    _ result: CommandResult, location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == 74, "\(result.messages)", sourceLocation: location)
    #expect(result.messages.hasPrefix("error: f.h5: "), sourceLocation: location)
    #expect(
      result.messages.hasSuffix("copy it again from its source, or do not use it.\n"),
      "\(result.messages)", sourceLocation: location)
  }

  /// What is only wrong is said once, by the parent process; what is right is as without.
  @Test func untrustedChangesNothingElse() throws {
    let models = try Fitted.shared.get()
    let features = models.path("features.h5")
    let fixed = ["--model", models.path("plugin.marnet")]
    let plain = try bench.run(["evaluate", features] + fixed).succeeded()
    let checked = try bench.run(["evaluate", features, "--untrusted"] + fixed).succeeded()
    #expect(plain.output == checked.output)
    #expect(plain.messages == checked.messages)
    let missing = try bench.run(["fit", "none.h5", "--untrusted"])
    #expect(missing.status == 66)
    #expect(
      missing.messages
        == "error: none.h5: no such file. Give the path of an HDF5 feature file.\n")
  }

  @Test func weightsThatLieElsewhere() throws {
    let models = try Fitted.shared.get()
    try FileManager.default.copyItem(
      atPath: models.path("plugin.marnet"), toPath: bench.path("m"))
    try FileManager.default.moveItem(
      atPath: bench.path("m/model.safetensors"), toPath: bench.path("w"))
    symlink("../w", bench.path("m/model.safetensors"))
    let result = try bench.run(["evaluate", models.path("features.h5"), "--model", "m"])
    #expect(result.status == 65)
    #expect(
      result.messages.contains(
        "m/model.safetensors: not a readable model (it is a link that leads out of its folder)."))
  }

  /// A million classes times a text width of a million would be a petabyte.
  @Test func dimensionsThatTheWeightsDoNotHave() throws {
    let models = try Fitted.shared.get()
    try FileManager.default.copyItem(
      atPath: models.path("plugin.marnet"), toPath: bench.path("m"))
    let path = bench.path("m/config.json")
    let text = String(decoding: try bytes(of: path), as: UTF8.self)
    let changed = text.replacing(
      "\"has_text_projector\" : true", with: "\"has_text_projector\" : false"
    )
    .replacing("\"fusion_operator\" : \"concatenation\"", with: "\"fusion_operator\" : \"sum\"")
    try #require(changed != text)
    try write(Array(changed.utf8), to: path)
    let result = try bench.run(["evaluate", models.path("features.h5"), "--model", "m"])
    #expect(result.status == 65, "\(result.messages)")
  }

  @Test(arguments: ["--config", "--class-weights"])
  func settingsFromADevice(flag: String) throws {
    let features = try Fitted.shared.get().path("features.h5")
    let result = try bench.run(["fit", features, flag, "/dev/zero", "--output", "m"])
    #expect(result.status == (flag == "--config" ? 78 : 74))
    #expect(result.messages.contains("it is a folder, a pipe or a device"))
  }
}
