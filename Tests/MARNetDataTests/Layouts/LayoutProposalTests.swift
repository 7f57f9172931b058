// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// What `inspect` says of how it read a file, and proposes for one that it could not.
@Suite struct LayoutProposalTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func expectProposal(
    _ flags: String?, location: SourceLocation = #_sourceLocation, _ write: (RawFile) throws -> Void
  ) throws {
    do { try write(try RawFile(path)) }
    let report = try FeatureFile(path: path).inspect()
    #expect(
      report.proposal?.command == flags.map { "marnet-plugin fit \(path) \($0)" },
      sourceLocation: location)
    guard let options = report.proposal?.options else { return }
    let file = try FeatureFile(paths: [path], layout: options)
    #expect(throws: Never.self, sourceLocation: location) { try file.pairedRows(.train) }
  }

  private func columns(
    _ file: RawFile, under prefix: String = "", _ visual: String, _ text: String, _ label: String
  ) throws {
    try file.floats(prefix + visual, [4, 3], SmallFile.visual)
      .floats(prefix + text, [4, 2], SmallFile.text).integers(prefix + label, [0, 1, -1, 1])
  }

  @Test(arguments: [
    ("image_features", "captions", "class"), ("clip_image", "clip_text", "target"),
    ("x", "sentence-bert", "y"), ("zz", "text", "gt"),
  ])
  func flatFilesOfOtherNames(visual: String, text: String, label: String) throws {
    let words = text == "text" ? "" : " --text-key \(text)"
    try expectProposal("--visual-key \(visual)\(words) --label-key \(label)") {
      try columns($0, visual, text, label)
    }
  }

  @Test func groupsWithOtherNames() throws {
    try expectProposal("--visual-key img/v --text-key caption --label-key y") {
      $0.group("train").group("train/img")
      try columns($0, under: "train/", "img/v", "caption", "y")
    }
  }

  /// Whatever it is called: without it test rows would be fitted on.
  @Test func aSplitColumnIsKnownByItsValues() throws {
    try expectProposal("--visual-key img --text-key txt --label-key y --split-key part") {
      try columns($0, "img", "txt", "y")
      try $0.strings("part", ["train", "Train", "train", "test"]).strings(
        "note", ["a", "b", "c", "d"])
    }
  }

  @Test func oneGroupThatHoldsAll() throws {
    try expectProposal("--visual-key img --text-key txt --label-key y --group data") {
      try columns($0.group("data"), under: "data/", "img", "txt", "y")
      try $0.integers("data/train_idx", [0, 1, 2]).integers("data/test_idx", [3])
    }
  }

  @Test func aSplitColumnOfAnotherName() throws {
    try expectProposal("--visual-key img --text-key txt --label-key y --split-key fold") {
      try columns($0, "img", "txt", "y")
      try $0.strings("fold", ["train", "train", "test", "train"])
    }
  }

  @Test func tokensThatNeedPooling() throws {
    try expectProposal("--visual-pool mean") {
      try $0.group("train").floats("train/visual", [4, 2, 3], SmallFile.visual + SmallFile.visual)
        .floats("train/text", [4, 2], SmallFile.text).integers("train/label", [0, 1, -1, 1])
    }
  }

  @Test func namesAreQuotedForAShell() throws {
    try expectProposal("--visual-key 'image features' --text-key 'the caption'\\''s' --label-key y")
    {
      try columns($0, "image features", "the caption's", "y")
    }
  }

  @Test func nothingThatCouldBeMeant() throws {
    try expectProposal(nil) {
      try $0.floats("a", [4, 3], SmallFile.visual).floats("b", [4, 2], SmallFile.text)
    }
  }

  @Test func whatWasUnderstoodIsTold() throws {
    try RawFile(path).floats("visual", [4, 3], SmallFile.visual)
      .floats("text", [4, 2], SmallFile.text).integers("labels", [0, 1, -1, 1])
      .integers("split", [0, 0, 0, 2]).strings("class_names", ["a", "b"])
    let report = try FeatureFile(path: path).inspect()
    let layout = try #require(report.layouts.first)
    #expect(layout.form == .flat)
    #expect(layout.splitSources == ["/split"])
    #expect(layout.columns == ["visual": "visual", "text": "text", "label": "labels"])
    #expect(report.proposal == nil)
    #expect(report.notes.allSatisfy { !$0.hasPrefix("not read") })
    #expect(report.splits.map(\.rowCount) == [3, 1])
    #expect(report.splits[0].classes?.unlabelled == 1)
  }
}
