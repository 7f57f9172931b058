// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// Several files are taken as the one that holds their rows one after the other.
@Suite struct SeveralFilesTests {
  let folder: TemporaryFolder
  var files: [String] { ["a.h5", "b.h5"].map(folder.file) }

  init() throws { folder = try TemporaryFolder() }

  private func expect(
    _ text: String, kind: DataErrorKind = .content, location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    expectError(text, kind: kind, in: folder, location: location, body)
  }

  /// Writes two files and reads the training rows of both.
  private func pair(
    _ first: @escaping (RawFile) throws -> Void = { _ in },
    _ second: @escaping (RawFile) throws -> Void = { _ in },
    width: Int = 3, withText: Bool = true
  ) throws {
    try SmallFile.write(to: files[0], test: nil, more: first)
    try SmallFile.write(
      to: files[1],
      visual: {
        try $0.floats("train/visual", [4, width], [Float](repeating: 1, count: 4 * width))
      },
      text: withText ? { try $0.floats("train/text", [4, 2], SmallFile.text) } : nil,
      test: nil, more: second)
    _ = try FeatureFile(paths: files).pairedRows(.train)
  }

  @Test(arguments: [1, 3])
  func partsAreTheWhole(threads: Int) throws {
    let cuts = [0, 1, 90, 91, 400, LayoutSample.rowCount]
    for (index, start) in cuts.dropLast().enumerated() {
      let file = try RawFile(folder.file("part\(index).h5"))
      for split in Split.allCases {
        let rows = LayoutSample.rows(of: split).filter { (start..<cuts[index + 1]).contains($0) }
        if rows.isEmpty { continue }  // A file may lack a split.
        file.group(split.rawValue)
        try LayoutSample.write(
          rows, to: file, under: "\(split.rawValue)/",
          storage: .init(chunk: [min(1 + index, rows.count), 7]))
      }
    }
    try LayoutSample.writeGroups(to: folder.file("whole.h5"))
    let whole = try FeatureFile(path: folder.file("whole.h5"))
    let parts = try FeatureFile(paths: [folder.file("part*.h5")], threads: threads)
    #expect(parts.paths == (0..<5).map { folder.file("part\($0).h5") })
    #expect(try LayoutSample.matches(parts))
    for split in Split.allCases {
      #expect(try parts.fingerprint(split) == whole.fingerprint(split))
      #expect(try parts.pairedRows(split).fingerprint == whole.fingerprint(split))
    }
    #expect(parts.inspect().problems == [])
  }

  @Test func flatFilesAreJoinedBySplit() throws {
    for (index, rows) in [0..<200, 200..<LayoutSample.rowCount].enumerated() {
      let file = try RawFile(files[index])
      try LayoutSample.write(Array(rows), to: file)
      try file.strings("split", LayoutSample.splits[rows].map(\.rawValue))
    }
    #expect(try LayoutSample.matches(FeatureFile(paths: files)))
  }

  @Test func labelStringsOfAllFilesAreClasses() throws {
    for (index, names) in [["pear", ""], ["apple", "plum"]].enumerated() {
      try RawFile(files[index]).group("train").floats("train/visual", [2, 1], [1, 2])
        .strings("train/label", names)
    }
    let file = try FeatureFile(paths: files)
    #expect(try file.classNames == ["apple", "pear", "plum"])
    #expect(try file.labels(.train) == [1, -1, 0, 2])
  }

  @Test func aMaskInOneFileAlone() throws {
    try pair({ _ in }) { try $0.integers("train/text_mask", [0, 1, 1, 0]) }
    #expect(
      try FeatureFile(paths: files).textMask(.train)
        == [true, true, true, true, false, true, true, false])
  }

  @Test func aBadValueIsNamedInItsOwnFile() throws {
    let text =
      "b.h5: dataset '/train/visual' holds inf in row 2, column 1; 1 of 8 rows is not finite. "
      + "Repair or drop these rows."
    var values = SmallFile.visual
    values[7] = .infinity
    try SmallFile.write(to: files[0])
    try SmallFile.write(to: files[1], visual: { try $0.floats("train/visual", [4, 3], values) })
    expect(text) { _ = try FeatureFile(paths: files).pairedRows(.train) }
    expect(text) { _ = try FeatureFile(paths: files).readVisual(.train, rows: 0..<8) }
    let problems = try FeatureFile(paths: files).inspect().problems
    #expect(problems.map { $0.replacing("\(folder.path)/", with: "") } == [text])
  }

  @Test func aLabelOutOfRangeIsNamedInItsOwnFile() throws {
    for (index, labels) in [[0, 1, 1], [0, 1, 9]].enumerated() {
      try RawFile(files[index]).group("train").floats("train/visual", [3, 1], [1, 2, 3])
        .integers("train/label", labels.map { Int64($0) }).strings("class_names", ["a", "b"])
    }
    expect(
      "b.h5: dataset '/train/label' holds 9 in row 2 (1 such row); labels are -1 (unlabelled) or "
        + "0 to 1. Count classes from 0."
    ) { _ = try FeatureFile(paths: files).labels(.train) }
  }

  @Test func widthsThatDiffer() {
    expect(
      "b.h5: dataset '/train/visual' has 2 columns but a.h5: dataset '/train/visual' has 3. "
        + "Extract both files with the same encoder."
    ) { try pair(width: 2) }
  }

  @Test func textInOneFileAlone() {
    expect(
      "b.h5: has no dataset '/train/text', but a.h5 has one. "
        + "Add it to the one file, or take it out of the other."
    ) { try pair(withText: false) }
  }

  @Test func identifiersOfTwoKinds() {
    expect(
      "b.h5: dataset '/train/id' holds string values but a.h5: dataset '/train/id' holds int64 "
        + "values. Store strings in both files, or numbers in both."
    ) {
      try pair(
        { try $0.integers("train/id", [1, 2, 3, 4]) },
        { try $0.strings("train/id", ["a", "b", "c", "d"]) })
    }
  }

  @Test func classNamesThatDiffer() {
    expect(
      "b.h5: names its classes differently than a.h5. Write one 'class_names' into both files, "
        + "and count the labels by it."
    ) {
      try pair(
        { try $0.strings("class_names", ["a", "b"]) },
        { try $0.strings("class_names", ["b", "a"]) })
    }
  }

  @Test func classNamesInOneFileAlone() throws {
    try pair({ _ in }) { try $0.strings("class_names", ["a", "b"]) }
    #expect(try FeatureFile(paths: files).classNames == ["a", "b"])
  }

  @Test func undividedRowsBesideSplits() throws {
    try SmallFile.write(to: files[0])
    _ = try RawFile(files[1]).floats("visual", [4, 3], SmallFile.visual)
    expect(
      "b.h5: does not say to which split its rows belong, but a.h5 does. Add a 'split' column to "
        + "the one file, or fit without the other's."
    ) { _ = try FeatureFile(paths: files).description(of: .train) }
  }

  @Test func oneFileTwice() throws {
    try SmallFile.write(to: files[0])
    expect("./a.h5: is the same file as 'a.h5', which is given before. Name each file once.") {
      _ = try FeatureFile(paths: [files[0], folder.file("./a.h5")])
    }
  }

  @Test func aPatternThatMatchesNothing() {
    expect(
      "parts/*.h5: no file matches. Give the path of an HDF5 feature file, or a pattern that "
        + "matches some.", kind: .notFound
    ) { _ = try FeatureFile(paths: [folder.file("parts/*.h5")]) }
  }
}
