// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import Testing

/// Files beside the manifest that was written of them, and beside changed ones.
@Suite struct ManifestComparisonTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }
  let facts: FeatureFacts
  let manifest: FeatureManifest

  init() throws {
    folder = try TemporaryFolder()
    try SmallFile.write(
      to: folder.file("f.h5"),
      more: {
        try $0.strings("class_names", ["apple", "pear"])
        try $0.booleans("train/text_mask", [true, true, true, false])
        $0.attribute("/", "visual_encoder", text: "an encoder")
        $0.attribute("/", "license", text: "a licence")
      })
    facts = try Self.facts(of: folder.file("f.h5"))
    manifest = try FeatureManifest(describing: facts, readAs: LayoutOptions())
  }

  private static func facts(
    of path: String, _ layout: LayoutOptions = LayoutOptions()
  ) throws -> FeatureFacts {
    let file = try FeatureFile(paths: [path], layout: layout, threads: 1)
    return try file.facts(file.inspect(), checksums: true)
  }

  @Test func everythingIsWrittenDown() throws {
    var expected = FeatureManifest(name: "f")
    expected.license = "a licence"
    expected.files = [
      .init(
        name: "f.h5", byteCount: try bytes(of: path).count, sha256: facts.files[0].sha256)
    ]
    expected.splits = [
      .init(split: .train, count: 4, labelled: 3, withText: 3),
      .init(split: .test, count: 2, labelled: 0, withText: 0),
    ]
    expected.classCount = 2
    expected.classNames = ["apple", "pear"]
    expected.visual = .init(encoder: "an encoder", widths: [3])
    expected.text = .init(encoder: nil, widths: [2])
    expected.layout.visualKey = "visual"
    expected.layout.textKey = "text"
    expected.layout.labelKey = "label"
    #expect(manifest == expected)
  }

  @Test func whatWasWrittenIsReadAgain() throws {
    let output = folder.file("m.json")
    try manifest.write(to: output)
    #expect(try FeatureManifest(contentsOfFile: output) == manifest)
    let first = try bytes(of: output)
    try manifest.write(to: output)
    #expect(try bytes(of: output) == first)
    #expect(folder.names == ["f.h5", "m.json"])
  }

  @Test func whatNobodyKnowsIsNamed() throws {
    let text = String(decoding: try manifest.json, as: UTF8.self)
    #expect(
      text.contains(
        """
            "unknown" : [
              "description",
              "url",
              "citeAs",
              "text encoder"
            ],
        """))
  }

  @Test func theFileAgreesWithItsOwn() {
    let comparison = ManifestComparison(facts, with: manifest, at: "m.json")
    #expect(comparison.mismatches == [])
    #expect(
      comparison.compared == [
        "bytes", "sha256", "splits", "rows", "labelled rows", "rows with text", "visual width",
        "text width", "classes", "class names", "keys", "visual encoder",
      ])
  }

  /// One change of a manifest, and the mismatch that it makes.
  struct Change: Sendable, CustomTestStringConvertible {
    let place: String
    let found: String
    let needed: String
    let change: @Sendable (inout FeatureManifest) -> Void
    var testDescription: String { "\(place): \(needed)" }
  }

  static let changes: [Change] = [
    Change(place: "bytes of 'f.h5'", found: "SIZE", needed: "7") { $0.files?[0].byteCount = 7 },
    Change(
      place: "sha256 of 'f.h5'", found: "HASH", needed: String(repeating: "0", count: 64)
    ) { $0.files?[0].sha256 = String(repeating: "0", count: 64) },
    Change(place: "files", found: "'f.h5'", needed: "'f.h5', 'g.h5'") {
      $0.files?.append(.init(name: "g.h5", byteCount: 1))
    },
    Change(place: "splits", found: "'train', 'test'", needed: "'train'") {
      $0.splits?.removeLast()
    },
    Change(place: "splits", found: "'train', 'test'", needed: "'train', 'test', 'val'") {
      $0.splits?.append(.init(split: .val, count: 3))
    },
    Change(place: "rows of 'train'", found: "4", needed: "5,000") { $0.splits?[0].count = 5_000 },
    Change(place: "rows of 'test'", found: "2", needed: "3") { $0.splits?[1].count = 3 },
    Change(place: "labelled rows of 'train'", found: "3", needed: "4") {
      $0.splits?[0].labelled = 4
    },
    Change(place: "rows with text of 'train'", found: "3", needed: "4") {
      $0.splits?[0].withText = 4
    },
    Change(place: "text width of 'train'", found: "2", needed: "1") { $0.text.widths = [1] },
    Change(place: "classes", found: "2", needed: "3") {
      $0.classCount = 3
      $0.classNames = nil
    },
    Change(place: "class names", found: "'pear'", needed: "'plum'") {
      $0.classNames = ["apple", "plum"]
    },
    Change(place: "class names", found: "'apple', and 1 other", needed: "'pear'") {
      $0.classNames = ["pear", "apple"]
    },
    Change(place: "keys of id", found: "none", needed: "'id'") { $0.layout.idKey = "id" },
    Change(place: "keys of label", found: "'label'", needed: "'labels'") {
      $0.layout.labelKey = "labels"
    },
    Change(place: "visual encoder", found: "'an encoder'", needed: "'another'") {
      $0.visual.encoder = "another"
    },
  ]

  @Test(arguments: changes)
  func everyChangeIsFound(_ change: Change) throws {
    var changed = manifest
    change.change(&changed)
    let size = "\(try bytes(of: path).count)"
    let grouped = size.count > 3 ? "\(size.dropLast(3)),\(size.suffix(3))" : size
    let found = change.found.replacing("SIZE", with: grouped)
      .replacing("HASH", with: facts.files[0].sha256 ?? "")
    #expect(
      ManifestComparison(facts, with: changed, at: "m.json").mismatches == [
        .init(place: change.place, found: found, needed: change.needed)
      ])
  }

  @Test func everySplitHasTheWidth() {
    var changed = manifest
    changed.visual.widths = [7, 8]
    #expect(
      ManifestComparison(facts, with: changed, at: "m").mismatches == [
        .init(place: "visual width of 'train'", found: "3", needed: "7 or 8"),
        .init(place: "visual width of 'test'", found: "3", needed: "7 or 8"),
      ])
    changed.visual.widths = [7, 3]
    #expect(ManifestComparison(facts, with: changed, at: "m").mismatches == [])
  }

  /// Whoever extracts features orders the classes, and calls the file as they like.
  @Test func aManifestOfDataLeavesTheOrderOfClasses() {
    var changed = manifest
    changed.files = nil
    changed.classNames = ["pear", "apple"]
    #expect(ManifestComparison(facts, with: changed, at: "m").mismatches == [])
    changed.classNames = ["pear", "plum"]
    #expect(ManifestComparison(facts, with: changed, at: "m").mismatches.count == 1)
    changed = manifest
    changed.files?[0].name = "renamed.h5"
    #expect(ManifestComparison(facts, with: changed, at: "m").mismatches == [])
  }

  @Test func columnsThatAreMissingAreSaid() throws {
    let other = folder.file("broken.h5")
    try SmallFile.write(to: other, visual: nil, labels: nil, test: nil)
    let broken = try Self.facts(of: other)
    var expected = manifest
    expected.files = nil
    #expect(
      ManifestComparison(broken, with: expected, at: "m").mismatches.map(\.place) == [
        "splits", "visual width", "text width", "classes", "class names", "keys of visual",
        "keys of label",
      ])
    let error = #expect(throws: ManifestError.self) {
      _ = try FeatureManifest(describing: broken, readAs: LayoutOptions())
    }
    #expect(error?.kind == .content)
  }

  /// A file larger than a piece of the checksum, whose end and middle count.
  @Test func checksumsCoverEveryByte() throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 4_000
    let large = folder.file("large.h5")
    try SyntheticFeatures(parameters).write(to: large)
    let whole = try bytes(of: large)
    try #require(whole.count > 2 << 20)
    let original = try Self.facts(of: large)
    for place in [whole.count - 1, 1_500_000] {
      var changed = whole
      changed[place] ^= 1
      try write(changed, to: large)
      #expect(try Self.facts(of: large).files[0].sha256 != original.files[0].sha256)
    }
    try write(whole, to: large)
    #expect(try Self.facts(of: large).files == original.files)
  }
}
