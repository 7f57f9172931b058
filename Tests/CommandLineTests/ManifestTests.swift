// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// `manifest`, and `inspect --manifest`.
@Suite struct ManifestTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5", ["--labelled", "0.5", "--with-text", "0.5"])
  }

  @Test func roundTripAgrees() throws {
    let printed = try bench.run(["manifest", "f.h5", "--license", "CC0-1.0"]).succeeded()
    #expect(printed.messages.isEmpty)
    let written = try bench.run([
      "manifest", "f.h5", "--license", "CC0-1.0", "--output", "m.json",
    ]).succeeded()
    #expect(written.messages == "Manifest written to m.json.\n" && written.output.isEmpty)
    #expect(try bytes(of: bench.path("m.json")) == printed.outputBytes)
    #expect(try printed.object()["license"] as? String == "CC0-1.0")
    let result = try bench.run(["inspect", "f.h5", "--manifest", "m.json"]).succeeded()
    #expect(
      result.outputLines.last
        == "As m.json says: bytes, sha256, splits, rows, labelled rows, rows with text, "
        + "visual width, text width, classes, class names, keys.")
    #expect(bench.folder.names == ["f.h5", "m.json"])
  }

  @Test func everyMismatchIsListed() throws {
    try bench.run(["manifest", "f.h5", "--output", "m.json"]).succeeded()
    try bench.synthesize("g.h5", ["--rows", "310", "--visual-width", "23"])
    let result = try bench.run(["inspect", "g.h5", "--manifest", "m.json"])
    #expect(result.status == 65)
    #expect(
      result.messages
        == "error: g.h5: not what m.json says, in 7 places. Copy or extract the features again, "
        + "or write a manifest of them with 'marnet-plugin manifest'.\n")
    for line in [
      "  rows of 'train': 310 found, 300 needed",
      "  labelled rows of 'train': 310 found, 152 needed",
      "  visual width of 'train': 23 found, 24 needed",
      "  visual width of 'test': 23 found, 24 needed",
    ] {
      #expect(result.outputLines.contains(line), "\(result.output)")
    }
    let object = try bench.run(["inspect", "g.h5", "--manifest", "m.json", "--json"]).object()
    let manifests = try #require(object["manifests"] as? [[String: Any]])
    #expect((manifests[0]["mismatches"] as? [[String: String]])?.count == 7)
  }

  private func writeOtherLayout(to path: String) throws {
    let raw = try RawFile(path)
    raw.group("all").group("all/clip")
    try raw.floats("all/clip/image", [6, 2, 3], (0..<36).map(Float.init))
    try raw.floats("all/caption", [6, 2], (0..<12).map(Float.init))
    try raw.strings("all/kind", ["a", "b", "a", "b", "a", "b"])
    try raw.strings("all/fold", ["train", "train", "train", "train", "test", "test"])
  }

  /// Names of datasets, groups and pooling come back from the manifest: no flag is needed.
  @Test func otherLayoutsAreReadAsTheManifestSays() throws {
    try writeOtherLayout(to: bench.path("o.h5"))
    let flags = [
      "--group", "all", "--visual-key", "clip/image", "--visual-pool", "mean", "--text-key",
      "caption", "--label-key", "kind", "--split-key", "fold",
    ]
    try bench.run(["manifest", "o.h5", "--output", "o.json"] + flags).succeeded()
    try bench.run(["inspect", "o.h5", "--manifest", "o.json"]).succeeded()
    let other = try bench.run([
      "inspect", "o.h5", "--manifest", "o.json", "--visual-key", "caption", "--visual-pool", "max",
    ])
    #expect(other.status == 65)
    #expect(other.output.contains("keys of visual: 'caption' found, 'clip/image' needed"))
  }

  @Test func severalFilesAndSeveralManifests() throws {
    try bench.synthesize("g.h5", ["--seed", "4"])
    try bench.run(["manifest", "f.h5", "g.h5", "--output", "both.json"]).succeeded()
    let encoder = #"{"@type":"marnet:Encoder","marnet:calls":[{"width":24}]}"#
    try write(Array(encoder.utf8), to: bench.path("e.json"))
    let arguments = ["--manifest", "both.json", "--manifest", "e.json"]
    let result = try bench.run(["inspect", "f.h5", "g.h5"] + arguments).succeeded()
    #expect(result.outputLines.last == "As e.json says: visual width.")
    let single = try bench.run(["inspect", "f.h5"] + arguments)
    #expect(single.status == 65)
    #expect(single.output.contains("files: 'f.h5' found, 'f.h5', 'g.h5' needed"))
  }

  /// What a stranger writes does not command the terminal.
  @Test func controlCharactersAreShown() throws {
    let encoder =
      #"{"@type":"sc:Dataset","conformsTo":"http://mlcommons.org/croissant/1.0","#
      + #""marnet:features":{"layout":{"id_key":"\u001b[31m"},"classes":4}}"#
    try write(Array(encoder.utf8), to: bench.path("m.json"))
    let result = try bench.run(["inspect", "f.h5", "--manifest", "m.json"])
    #expect(result.status == 65)
    #expect(!result.outputBytes.contains(0x1B))
    #expect(result.output.contains(#"keys of id: none found, '\x1b[31m' needed"#))
  }

  @Test func refusals() throws {
    try bench.run(["inspect", "f.h5", "--manifest", "none.json"]).refused(
      66, "error: none.json: no such manifest.")
    try bench.run(["inspect", "f.h5", "--manifest", "f.h5"]).refused(
      65, "error: f.h5: not a manifest of features (")
    try bench.run(["inspect", "f.h5", "--manifest", "/dev/zero"]).refused(
      74, "it is a folder, a pipe or a device")
    try bench.run(["manifest", "none.h5"]).refused(66, "error: none.h5: no such file.")
    try bench.run(["manifest", "f.h5", "--output", "no/m.json"]).refused(
      73, "there is no folder 'no'")
    try bench.run(["manifest", "f.h5", "--output", "f.h5", "--overwrite"]).refused(
      73, "it is the file that is read")
    try write([1], to: bench.path("m.json"))
    try bench.run(["manifest", "f.h5", "--output", "m.json"]).refused(73, "already exists")
    #expect(try bytes(of: bench.path("m.json")) == [1])
    try bench.run(["manifest", "f.h5", "--output", "m.json", "--overwrite"]).succeeded()
    #expect(bench.folder.names == ["f.h5", "m.json"])
  }

  /// A disk without room leaves neither a part nor another manifest than before.
  @Test func wholeOrNotAtAll() throws {
    try write(Array("before".utf8), to: bench.path("m.json"))
    var command = bench.command(["manifest", "f.h5", "--output", "m.json", "--overwrite"])
    command.largestFile = 512
    let result = try command.run()
    result.refused(73, "error: m.json: cannot be written")
    #expect(try bytes(of: bench.path("m.json")) == Array("before".utf8))
    #expect(bench.folder.names == ["f.h5", "m.json"])
  }
}
