// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import MARNetDense
import Testing

/// Features of every layout are the same after they were written in the canonical one.
@Suite struct ConversionTests {
  let folder: TemporaryFolder
  var output: String { folder.file("out.h5") }

  init() throws { folder = try TemporaryFolder() }

  /// Converts `paths` and expects the sample; the text of the test split is left out.
  private func expectSample(
    _ paths: [String], _ layout: LayoutOptions = .init(),
    location: SourceLocation = #_sourceLocation
  ) throws {
    for threads in [1, 3] {
      let report = try FeatureConversion(
        paths: paths.map(folder.file), layout: layout, threads: threads
      ).write(to: output)
      let file = try FeatureFile(path: output)
      #expect(try LayoutSample.matches(file, [.train, .val]), sourceLocation: location)
      let test = LayoutSample.rows(of: .test)
      #expect(
        try file.readVisual(.test, rows: 0..<test.count).values
          == test.flatMap(LayoutSample.visual), sourceLocation: location)
      #expect(try file.description(of: .test).textWidth == nil, sourceLocation: location)
      #expect(
        report.splits.map(\.rowCount) == Split.allCases.map { LayoutSample.rows(of: $0).count },
        sourceLocation: location)
      #expect(report.splits[0].unlabelled == LayoutSample.rows(of: .train).count { $0 % 11 == 0 })
      #expect(report.notes == ["The text of 'test' is left out: nothing reads it."])
    }
  }

  @Test(arguments: [FeatureType.float16, .bfloat16, .float32])
  func canonicalFilesStayAsTheyAre(type: FeatureType) throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 700
    parameters.valRows = 40
    parameters.testRows = 30
    parameters.visualWidth = 33
    parameters.textWidth = 9
    parameters.textFraction = 0.7
    parameters.labelledFraction = 0.5
    let path = folder.file("f.h5")
    try SyntheticFeatures(parameters).write(to: path, options: .init(type: type, gzipLevel: 2))
    try FeatureConversion(paths: [path]).write(to: output)
    let (before, after) = (try RawReader(path), try RawReader(output))
    for name in ["train/visual", "train/text", "val/visual", "val/text", "test/visual"] {
      #expect(try before.floats(name) == after.floats(name))
    }
    for name in ["train/label", "train/text_mask", "val/label", "test/label"] {
      #expect(try before.integers(name) == after.integers(name))
    }
    for name in ["train/id", "val/id", "test/id", "class_names"] {
      #expect(try before.strings(name) == after.strings(name))
    }
    let (old, new) = (try FeatureFile(path: path), try FeatureFile(path: output))
    #expect(try new.description(of: .train).visualType == type)
    #expect(try new.description(of: .train).textType == type)
    for split in Split.allCases {
      #expect(try old.fingerprint(split) == new.fingerprint(split))
    }
    try FeatureConversion(paths: [output]).write(to: folder.file("again.h5"))
    #expect(try bytes(of: folder.file("again.h5")) == bytes(of: output))
  }

  @Test func groupsWithOtherNames() throws {
    do {
      let file = try RawFile(folder.file("f.h5"))
      for (split, name) in [(Split.train, "train"), (.val, "valid"), (.test, "test")] {
        file.group(name)
        try LayoutSample.write(
          LayoutSample.rows(of: split), to: file, under: "\(name)/",
          names: ("image", "caption", "y"), storage: .init(chunk: [9, 4], gzip: 1))
      }
    }
    var layout = LayoutOptions()
    (layout.visualKey, layout.textKey, layout.labelKey) = ("image", "caption", "y")
    // The note names what is left out under its own name too.
    try expectSample(["f.h5"], layout)
  }

  @Test func flatFilesAndSeveral() throws {
    for (index, rows) in [0..<200, 200..<LayoutSample.rowCount].enumerated() {
      let file = try RawFile(folder.file("part\(index).h5"))
      try LayoutSample.write(Array(rows), to: file)
      try file.strings("split", LayoutSample.splits[rows].map(\.rawValue))
    }
    try expectSample(["part*.h5"])
  }

  @Test func pooledTokens() throws {
    do {
      let file = try RawFile(folder.file("f.h5"))
      for split in Split.allCases {
        let (rows, name) = (LayoutSample.rows(of: split), split.rawValue)
        file.group(name)
        try LayoutSample.write(
          rows, to: file, under: "\(name)/", names: ("unused", "text", "label"))
        try file.floats(
          "\(name)/visual", [rows.count, 2, 7],
          rows.flatMap { LayoutSample.visual($0) + [Float](repeating: -1e6, count: 7) })
      }
    }
    var layout = LayoutOptions()
    layout.visualPool = .max
    try expectSample(["f.h5"], layout)
  }

  @Test func textOfOtherFiles() throws {
    let sample = JoinSample(folder: folder, kind: .strings)
    try sample.writeFeatures()
    try sample.writeText(.severalFiles)
    let report = try FeatureConversion(
      paths: [folder.file("features.h5")], layout: sample.layout
    ).write(to: output)
    let (whole, file) = (
      try FeatureFile(path: folder.file("whole.h5")), try FeatureFile(path: output)
    )
    for split in Split.allCases {
      #expect(try file.fingerprint(split) == whole.fingerprint(split))
      #expect(try file.ids(split) == whole.ids(split))
    }
    #expect(report.splits[0].rowsWithoutText == (try whole.textMask(.train)).count { !$0 })
    #expect(report.notes.count == 2)
  }

  @Test func labelsThatAreStringsOrOneHot() throws {
    do {
      try RawFile(folder.file("s.h5")).group("train").floats("train/visual", [4, 1], [1, 2, 3, 4])
        .strings("train/label", ["pear", "", "apple", "pear"])
      try RawFile(folder.file("o.h5")).group("train").floats("train/visual", [3, 1], [1, 2, 3])
        .integers("train/label", [0, 1, 0, 0, 1, 0, 0, 0, 0].map { $0 }, shape: [3, 3])
    }
    try FeatureConversion(paths: [folder.file("s.h5")]).write(to: output)
    #expect(try RawReader(output).integers("train/label") == [1, -1, 0, 1])
    #expect(try RawReader(output).strings("class_names") == ["apple", "pear"])
    let report = try FeatureConversion(paths: [folder.file("o.h5")]).write(to: output)
    #expect(try RawReader(output).integers("train/label") == [1, 1, -1])
    #expect(try RawReader(output).strings("class_names") == ["0", "1", "2"])
    #expect(report.namedClasses == 3)
  }

  @Test func aFileThatSaysNoSplit() throws {
    do {
      try RawFile(folder.file("f.h5")).floats("visual", [2, 1], [1, 2]).integers("label", [5, -1])
    }
    var options = FeatureConversion.Options()
    options.undividedSplit = .test
    try FeatureConversion(paths: [folder.file("f.h5")], options: options).write(to: output)
    let file = try RawReader(output)
    #expect(file.shape("train/visual") == nil)
    #expect(try file.integers("test/label") == [5, -1])
    // Numbers stay numbers: what they mean, the model says.
    #expect(file.shape("class_names") == nil)
  }

  @Test func tokensAreCarriedAlong() throws {
    try SmallFile.write(
      to: folder.file("f.h5"),
      more: { file in
        try file.floats("train/visual_tokens", [4, 2, 3], (0..<24).map { Float($0) })
          .floats("train/text_tokens", [4, 3, 2], (0..<24).map { Float(-$0) })
          .integers(
            "train/text_tokens_mask", (0..<12).map { $0 % 3 == 2 ? 0 : 1 }, shape: [4, 3])
      })
    try FeatureConversion(paths: [folder.file("f.h5")]).write(to: output)
    let file = try RawReader(output)
    #expect(file.shape("train/visual_tokens") == [4, 2, 3])
    #expect(try file.floats("train/visual_tokens") == (0..<24).map { Float($0) })
    #expect(try file.floats("train/text_tokens") == (0..<24).map { Float(-$0) })
    #expect(try file.integers("train/text_tokens_mask") == (0..<12).map { $0 % 3 == 2 ? 0 : 1 })
    let rows = try FeatureFile(path: output).pairedRows(.train, withTokens: true)
    #expect(rows.tokens?.textCount == 3)
  }

  @Test func typesOnRequest() throws {
    try SmallFile.write(to: folder.file("f.h5"))
    for type in FeatureType.writable {
      var options = FeatureConversion.Options()
      (options.type, options.gzipLevel) = (type, 3)
      try FeatureConversion(paths: [folder.file("f.h5")], options: options).write(to: output)
      #expect(try RawReader(output).floats("train/visual") == SmallFile.visual)
      let split = try #require(try FeatureFile(path: output).inspect().splits.first)
      #expect(split.datasets.last?.type == type.rawValue)
      #expect(split.datasets.last?.filters == ["gzip 3"])
    }
  }

  @Test func valuesThatTheTypeCannotHold() throws {
    try SmallFile.write(
      to: folder.file("f.h5"),
      text: { try $0.floats("train/text", [4, 2], [1, 2, 3, 4, 5, 7e4, 7, 8]) })
    var options = FeatureConversion.Options()
    options.type = .float16
    expectError(
      "out.h5: dataset '/train/text': row 2 holds 70000.0, which float16 cannot hold. "
        + "Store the features as float32.", in: folder
    ) {
      try FeatureConversion(paths: [folder.file("f.h5")], options: options).write(to: output)
    }
    #expect(folder.names == ["f.h5"])
  }

  @Test func theFilesThatAreReadAreNotReplaced() throws {
    let sample = JoinSample(folder: folder, kind: .integers)
    try sample.writeFeatures()
    try sample.writeText(.flat)
    let conversion = FeatureConversion(paths: [folder.file("features.h5")], layout: sample.layout)
    for name in ["features.h5", "text.h5"] {
      expectError(
        "\(name): cannot be written: it is the file that is read. Give another output path, or "
          + "make room there.", kind: .cannotWrite, in: folder
      ) { try conversion.write(to: folder.file(name)) }
    }
  }

  @Test func whatEndsItLeavesNothing() throws {
    struct Stop: Error {}
    try LayoutSample.writeGroups(to: folder.file("f.h5"))
    #expect(throws: Stop.self) {
      try FeatureConversion(paths: [folder.file("f.h5")]).write(to: output) { _ in throw Stop() }
    }
    #expect(folder.names == ["f.h5"])
  }
}
