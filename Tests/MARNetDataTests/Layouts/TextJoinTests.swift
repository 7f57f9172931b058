// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import MARNetDense
import Testing

/// Text that rows find in other files is that of the one file that holds the same pairs.
@Suite struct TextJoinTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectWhole(
    _ sample: JoinSample, _ layout: LayoutOptions? = nil, threads: Int = 2,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let whole = try FeatureFile(path: folder.file("whole.h5"))
    let joined = try FeatureFile(
      paths: [folder.file("features.h5")], layout: layout ?? sample.layout, threads: threads)
    for split in [Split.train, .val] {
      let count = try whole.description(of: split).rowCount
      #expect(try joined.description(of: split).textWidth == 5, sourceLocation: location)
      for trial in 0..<60 {
        let start = trial * 37 % count
        let range = start..<min(count, start + 1 + trial * 29 % 160)
        #expect(
          try joined.readText(split, rows: range).values
            == whole.readText(split, rows: range).values, sourceLocation: location)
      }
      #expect(try joined.textMask(split) == whole.textMask(split), sourceLocation: location)
      #expect(try joined.fingerprint(split) == whole.fingerprint(split), sourceLocation: location)
      let pairs = try joined.pairedRows(split)
      #expect(pairs.fingerprint == (try whole.fingerprint(split)), sourceLocation: location)
      let source = try joined.pairedSource(split)
      var streamed: [Float] = []
      try source.text?.forEachBlock { streamed += $1.values }
      #expect(streamed == pairs.text?.values, sourceLocation: location)
      #expect(source.hasText == pairs.hasText, sourceLocation: location)
    }
    #expect(try joined.description(of: .test).textWidth == nil, sourceLocation: location)
    #expect(joined.inspect().problems == [], sourceLocation: location)
  }

  @Test(arguments: JoinSample.Kind.allCases, JoinSample.Form.allCases)
  func isTheWhole(kind: JoinSample.Kind, form: JoinSample.Form) throws {
    let sample = JoinSample(folder: folder, kind: kind)
    try sample.writeFeatures()
    try sample.writeText(form)
    var layout = sample.layout
    if form == .deeper {
      (layout.textKey, layout.idKey) = ("captions/text", "id")
      layout.textJoin?.key = "captions/id"
    }
    for threads in [1, 3] { try expectWhole(sample, layout, threads: threads) }
  }

  @Test func manyMoreTextsThanRowsAreReadSparsely() throws {
    let sample = JoinSample(folder: folder, kind: .integers)
    try sample.writeFeatures()
    do {
      // Far apart: gaps are not read.
      let missing = [Float](repeating: .nan, count: 5)
      let file = try RawFile(folder.file("text.h5"))
      let ids = (0..<90_000).map { (row: Int) -> Int64 in
        row % 450 == 449 ? Int64(row / 450) : Int64(1_000_000 + row)
      }
      try file.integers("id", ids)
      try file.floats(
        "text", [ids.count, 5],
        ids.flatMap { id -> [Float] in
          let isThere = id < 1000 && JoinSample.isThere(Int(id))
          return isThere ? LayoutSample.text(Int(id)) : missing
        })
    }
    var layout = sample.layout
    layout.missingText = .nan
    try expectWhole(sample, layout)
  }

  @Test func countsAreTold() throws {
    let sample = JoinSample(folder: folder, kind: .integers)
    try sample.writeFeatures()
    try sample.writeText(.flat)
    let file = try FeatureFile(paths: [folder.file("features.h5")], layout: sample.layout)
    let rows = LayoutSample.rows(of: .train)
    let without = rows.count { !JoinSample.isThere(JoinSample.id($0)) }
    let text = "\(without) of \(rows.count) rows of 'train' found no text."
    #expect(file.foundText.map(\.split) == [.train, .val])
    #expect(file.foundText[0].rowsWithoutText == without)
    #expect(file.foundText[0].description == text)
    #expect(file.inspect().notes.contains(text))
    #expect(file.inspect().splits[0].rowsWithoutText == without)
    #expect(throws: DataError.self) { try file.requireIsNot(folder.file("text.h5")) }
  }

  @Test func rowsThatAreLeftOutLoseTheirText() throws {
    let sample = JoinSample(folder: folder, kind: .integers)
    try sample.writeFeatures()
    try sample.writeText(.flat)
    var layout = LayoutOptions()
    layout.unlabelled = .drop
    let whole = try FeatureFile(paths: [folder.file("whole.h5")], layout: layout)
    layout.textJoin = sample.layout.textJoin
    let joined = try FeatureFile(paths: [folder.file("features.h5")], layout: layout)
    #expect(try joined.fingerprint(.train) == whole.fingerprint(.train))
  }

  @Test func textIsReplacedOnRequest() throws {
    let sample = JoinSample(folder: folder, kind: .strings)
    try sample.writeFeatures()
    try sample.writeText(.flat)
    var layout = sample.layout
    layout.textJoin?.replacesText = true
    let joined = try FeatureFile(paths: [folder.file("whole.h5")], layout: layout)
    let whole = try FeatureFile(path: folder.file("whole.h5"))
    #expect(try joined.fingerprint(.train) == whole.fingerprint(.train))
    #expect(
      joined.layout.flags == [
        "--text", "'\(folder.path)/text*.h5'", "--join", "id", "--replace-text",
      ])
  }

  // MARK: Messages

  private func expect(
    _ text: String, kind: DataErrorKind = .content, location: SourceLocation = #_sourceLocation,
    features: @escaping (RawFile) throws -> Void = { try $0.integers("train/id", [7, 8, 9, 7]) },
    text writeText: (RawFile) throws -> Void, key: String = "id",
    _ change: (inout LayoutOptions) -> Void = { _ in }
  ) throws {
    try SmallFile.write(to: folder.file("f.h5"), text: nil, more: features)
    do { try writeText(RawFile(folder.file("t.h5"))) }
    var layout = LayoutOptions()
    layout.textJoin = .init(paths: [folder.file("t.h5")], key: key)
    change(&layout)
    expectError(text, kind: kind, in: folder, location: location) {
      _ = try FeatureFile(paths: [folder.file("f.h5")], layout: layout).pairedRows(.train)
    }
  }

  private func texts(_ file: RawFile, ids: [Int64] = [9, 8, 7]) throws {
    try file.integers("id", ids).floats("text", [3, 2], [1, 2, 3, 4, 5, 6])
  }

  @Test func numbersAgainstStrings() throws {
    try expect(
      "f.h5: dataset '/train/id' holds int64 values but t.h5: dataset '/id' holds string values. "
        + "Store identifiers of one kind in both files: '7' and 007 are not compared with 7.",
      text: { try $0.strings("id", ["7", "8", "9"]).floats("text", [3, 2], [1, 2, 3, 4, 5, 6]) })
  }

  @Test func anIdentifierTwice() throws {
    try expect(
      "t.h5: dataset '/id' holds '9' a second time in row 2. Keep one text for each identifier.",
      text: { try texts($0, ids: [9, 8, 9]) })
  }

  @Test func noneFound() throws {
    try expect(
      "f.h5: dataset '/train/id': no training row has an identifier of t.h5: dataset '/id'; the "
        + "first ones are '7' and '1'. Name the identifiers that agree with --id-key and --join.",
      text: { try texts($0, ids: [1, 2, 3]) })
  }

  @Test func textInBothFiles() throws {
    try expect(
      "f.h5: dataset '/train/text' is text, and so is what --text t.h5 gives. Leave --text out, or "
        + "add --replace-text to use that instead.",
      features: {
        try $0.integers("train/id", [7, 8, 9, 7]).floats("train/text", [4, 2], SmallFile.text)
      }, text: { try texts($0) })
  }

  @Test func noIdentifiersBesideTheFeatures() throws {
    try expect(
      "f.h5: has no dataset '/train/id'; the group holds 'label', 'visual'. Add it, or name "
        + "another with --id-key.",
      features: { _ in }, text: { try texts($0) })
  }

  @Test func noIdentifiersBesideTheText() throws {
    try expect(
      "t.h5: has no dataset '/key'; the group holds 'id', 'text'. Add it, or name another with "
        + "--join.", text: { try texts($0) }, key: "key"
    ) { $0.idKey = "id" }
  }

  @Test func noText() throws {
    try expect(
      "t.h5: has no dataset '/caption'; the group holds 'id', 'text'. Add it, or name another with "
        + "--text-key.", text: { try texts($0) }
    ) { $0.textKey = "caption" }
  }

  @Test func noTextInAnyGroup() throws {
    try expect(
      "t.h5: has no dataset '/train/text'; the group holds 'texts'. Did you mean 'texts'? Name it "
        + "with --text-key texts.",
      text: { try $0.group("train").floats("train/texts", [3, 2], [1, 2, 3, 4, 5, 6]) })
  }

  @Test func widthsThatDiffer() throws {
    try expect(
      "t.h5: dataset '/valid/text' has 1 column but t.h5: dataset '/train/text' has 2. "
        + "Extract both files with the same encoder.",
      text: {
        try $0.group("train").integers("train/id", [7]).floats("train/text", [1, 2], [1, 2])
        try $0.group("valid").integers("valid/id", [8]).floats("valid/text", [1, 1], [1])
      })
  }

  @Test func rowsThatDoNotPair() throws {
    try expect(
      "t.h5: dataset '/id' has 2 rows but '/text' has 3. Rows must pair one to one; write one "
        + "value for each row.",
      text: { try $0.integers("id", [7, 8]).floats("text", [3, 2], [1, 2, 3, 4, 5, 6]) })
  }

  @Test func aFileThatIsNotThere() throws {
    try SmallFile.write(
      to: folder.file("f.h5"), text: nil, more: { try $0.integers("train/id", [7, 8, 9, 7]) })
    var layout = LayoutOptions()
    layout.textJoin = .init(paths: [folder.file("gone.h5")], key: "id")
    expectError(
      "gone.h5: no such file. Give the path of an HDF5 feature file.", kind: .notFound, in: folder
    ) { _ = try FeatureFile(paths: [folder.file("f.h5")], layout: layout).pairedRows(.train) }
  }

  @Test func brokenTextIsNamedWhereItLies() throws {
    try expect(
      "t.h5: dataset '/text' holds nan in row 1, column 1; 2 of 4 rows are not finite. "
        + "Repair or drop them; where text is missing, mark it with 'text_mask'.",
      text: { try $0.integers("id", [8, 7, 9]).floats("text", [3, 2], [1, 2, 3, .nan, 5, 6]) })
  }
}
