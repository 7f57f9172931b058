// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// Flat files give the same rows as a group a split.
@Suite struct FlatLayoutTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func expectSample(
    _ layout: LayoutOptions = .init(), location: SourceLocation = #_sourceLocation
  ) throws {
    try LayoutSample.writeGroups(to: folder.file("groups.h5"))
    let groups = try FeatureFile(path: folder.file("groups.h5"))
    for threads in [1, 3] {
      let file = try FeatureFile(paths: [path], layout: layout, threads: threads)
      #expect(file.splits == Split.allCases, sourceLocation: location)
      #expect(try LayoutSample.matches(file), sourceLocation: location)
      for split in Split.allCases {
        #expect(
          try file.fingerprint(split) == groups.fingerprint(split), sourceLocation: location)
        #expect(
          try file.pairedRows(split).fingerprint == groups.fingerprint(split),
          sourceLocation: location)
      }
      #expect(file.inspect().problems == [], sourceLocation: location)
    }
  }

  private func writeColumns(
    _ storage: RawFile.Storage = .init(), _ more: (RawFile) throws -> Void
  ) throws {
    let file = try RawFile(path)
    try LayoutSample.write(LayoutSample.rows { $0 }, to: file, storage: storage)
    try more(file)
  }

  @Test(arguments: [
    RawFile.Storage(), .init(chunk: [16, 7]), .init(chunk: [16, 3], gzip: 4, shuffle: true),
    .init(chunk: [500, 7], gzip: 1),
  ])
  func aColumnOfNames(storage: RawFile.Storage) throws {
    let names: [Split: String] = [.train: "TRAIN", .val: "Validation", .test: "test"]
    try writeColumns(storage) {
      try $0.strings("split", LayoutSample.splits.map { names[$0] ?? "" })
    }
    try expectSample()
  }

  @Test func aColumnOfNumbers() throws {
    try writeColumns {
      try $0.integers(
        "split", LayoutSample.splits.map { Int64(Split.allCases.firstIndex(of: $0) ?? -1) })
    }
    try expectSample()
  }

  @Test func indexLists() throws {
    try writeColumns { file in
      for split in Split.allCases {
        let name = split == .val ? "valid_indices" : "\(split.rawValue)_idx"
        // Lists in any order: rows keep the order of the file.
        try file.integers(name, LayoutSample.rows(of: split).reversed().map { Int64($0) })
      }
    }
    try expectSample()
  }

  @Test func indexListsInAGroupBesideOtherNames() throws {
    let file = try RawFile(path).group("data").group("data/splits")
    try LayoutSample.write(
      LayoutSample.rows { $0 }, to: file, under: "data/", names: ("clip", "caption", "target"))
    for split in Split.allCases {
      try file.integers(
        "data/splits/\(split.rawValue)", LayoutSample.rows(of: split).map { Int64($0) })
    }
    var layout = LayoutOptions()
    layout.group = "data"
    (layout.visualKey, layout.textKey, layout.labelKey) = ("clip", "caption", "target")
    layout.splitKey = "splits"
    try expectSample(layout)
  }

  @Test func aFileThatIsNotDividedIsTheSplitThatIsAskedFor() throws {
    try writeColumns { _ in }
    let file = try FeatureFile(path: path)
    #expect(file.splits == [.train])
    for split in Split.allCases {
      #expect(try file.description(of: split).rowCount == LayoutSample.rowCount)
      #expect(try file.readVisual(split, rows: 3..<5).row(1) == LayoutSample.visual(4))
    }
  }

  @Test func theTallestChunkIsTold() throws {
    try writeColumns(.init(chunk: [16, 7])) { _ in }
    #expect(try FeatureFile(path: path).description(of: .train).chunkRows == 16)
  }

  @Test func aBadValueIsNamedByItsRowInTheFile() throws {
    let file = try RawFile(path)
    var values = LayoutSample.rows { $0 }.flatMap(LayoutSample.visual)
    let bad = LayoutSample.rows(of: .val)[17]
    values[bad * LayoutSample.visualWidth + 2] = .nan
    try file.floats("visual", [LayoutSample.rowCount, LayoutSample.visualWidth], values)
      .integers("label", LayoutSample.labels)
      .strings("split", LayoutSample.splits.map(\.rawValue))
    let message =
      "f.h5: dataset '/visual' holds nan in row \(bad), column 2; 1 of 10 rows is not finite. "
      + "Repair or drop these rows."
    expectError(message, in: folder) {
      _ = try FeatureFile(path: path).readVisual(.val, rows: 10..<20)
    }
    #expect(throws: Never.self) { try FeatureFile(path: path).readVisual(.train, rows: 0..<200) }
    let whole = message.replacing(
      "of 10 rows", with: "of \(LayoutSample.rows(of: .val).count) rows")
    expectError(whole, in: folder) { _ = try FeatureFile(path: path).pairedRows(.val) }
  }
}
