// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// Keys, forms of labels, pooling, rows without text, rows left out.
@Suite struct ColumnFormTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func open(_ change: (inout LayoutOptions) -> Void = { _ in }) throws -> FeatureFile {
    var layout = LayoutOptions()
    change(&layout)
    return try FeatureFile(paths: [path], layout: layout)
  }

  private func expect(
    _ text: String, location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    expectError(text, in: folder, location: location, body)
  }

  @Test func keysNameDatasetsOfGroups() throws {
    let file = try RawFile(path)
    for split in Split.allCases {
      file.group(split.rawValue).group("\(split.rawValue)/clip")
      try LayoutSample.write(
        LayoutSample.rows(of: split), to: file, under: "\(split.rawValue)/",
        names: ("clip/image", "caption", "y"))
    }
    let opened = try open {
      ($0.visualKey, $0.textKey, $0.labelKey) = ("clip/image", "caption", "y")
    }
    #expect(try LayoutSample.matches(opened))
    #expect(opened.inspect().problems == [])
  }

  @Test func aKeyThatNamesNothing() throws {
    try SmallFile.write(to: path)
    let present = "the group holds 'label', 'text', 'visual'."
    expect(
      "f.h5: has no dataset '/train/texts'; \(present) Did you mean 'text'? Name it with --text-key "
        + "text."
    ) { _ = try open { $0.textKey = "texts" }.pairedRows(.train) }
    expect(
      "f.h5: has no dataset '/train/y'; \(present) Add it, or name another with --label-key."
    ) { _ = try open { $0.labelKey = "y" }.pairedRows(.train) }
    expect(
      "f.h5: has no dataset '/train/row'; \(present) Add it, or name another with --id-key."
    ) { _ = try open { $0.idKey = "row" }.pairedRows(.train) }
  }

  @Test func oneHotAndFloatingLabels() throws {
    let oneHot: [Int64] = [0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", oneHot, shape: [4, 3]) })
    #expect(try open().labels(.train) == [1, 0, -1, 2])
    try SmallFile.write(
      to: folder.file("g.h5"),
      labels: { try $0.floats("train/label", [4, 3], oneHot.map { Float($0) }) })
    #expect(try FeatureFile(path: folder.file("g.h5")).labels(.train) == [1, 0, -1, 2])
    try SmallFile.write(
      to: folder.file("h.h5"), labels: { try $0.floats("train/label", [4], [2, .nan, 0, -1]) })
    #expect(try FeatureFile(path: folder.file("h.h5")).labels(.train) == [2, -1, 0, -1])
  }

  @Test func theWidthOfOneHotRowsCountsClasses() throws {
    try SmallFile.write(
      to: path,
      labels: {
        try $0.integers("train/label", [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0], shape: [4, 3])
      })
    #expect(try open().classNames == ["0", "1", "2"])
    expect(
      "f.h5: dataset '/train/label' has no labelled row of class 2 '2'. Label one, or take the "
        + "class out of 'class_names'."
    ) { _ = try open().pairedRows(.train) }
  }

  @Test(arguments: [(Float(2), "2.0"), (1, "more than one 1"), (.nan, "nan")])
  func rowsThatAreNotOneHot(value: Float, found: String) throws {
    try SmallFile.write(
      to: path, labels: { try $0.floats("train/label", [4, 2], [1, 0, 0, 1, 1, value, 0, 1]) })
    expect(
      "f.h5: dataset '/train/label' holds \(found) in row 2; a one-hot row holds one 1 and else 0, "
        + "or 0 alone where there is no label. Store class indices as int64."
    ) { _ = try open().labels(.train) }
  }

  @Test func aFractionForALabel() throws {
    try SmallFile.write(to: path, labels: { try $0.floats("train/label", [4], [0, 1, 0.5, 1]) })
    expect(
      "f.h5: dataset '/train/label' holds 0.5 in row 2; labels are whole numbers, or NaN where there "
        + "is none. Store class indices as int64."
    ) { _ = try open().labels(.train) }
  }

  @Test func labelsOfTheWrongRank() throws {
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", [0, 1, 0, 1], shape: [4, 1]) })
    expect(
      "f.h5: dataset '/train/label' has shape [4, 1]; it needs one value a row, shape [rows], or "
        + "one-hot rows, shape [rows, classes]. Store one class index a row."
    ) { _ = try open().labels(.train) }
  }

  @Test(arguments: [
    (LayoutOptions.Pooling.mean, [Float(3), 4, 12, 13]), (.first, [1, 2, 10, 11]),
    (.max, [5, 6, 14, 15]),
  ])
  func tokensArePooled(pooling: LayoutOptions.Pooling, pooled: [Float]) throws {
    let tokens: [Float] = [1, 2, 5, 6, 3, 4, 10, 11, 14, 15, 12, 13]
    try SmallFile.write(
      to: path, visual: { try $0.floats("train/visual", [2, 3, 2], tokens) },
      text: { try $0.floats("train/text", [2, 3, 2], tokens) },
      labels: { try $0.integers("train/label", [0, 1]) }, test: nil)
    let file = try open { ($0.visualPool, $0.textPool) = (pooling, pooling) }
    #expect(try file.description(of: .train).visualWidth == 2)
    #expect(try file.readVisual(.train, rows: 0..<2).values == pooled)
    #expect(try file.readVisual(.train, rows: 1..<2).values == Array(pooled[2...]))
    #expect(try file.pairedRows(.train).text?.values == pooled)
    #expect(file.inspect().problems == [])
  }

  @Test func tokensOfManyRowsArePooledOnAnyNumberOfThreads() throws {
    let (rows, tokens, width) = (3_000, 16, 8)
    let values = (0..<rows * tokens * width).map { Float($0 % 997) }
    try SmallFile.write(
      to: path, visual: { try $0.floats("train/visual", [rows, tokens, width], values) }, text: nil,
      labels: nil, test: nil)
    var means: [Float] = []
    for row in 0..<rows {
      for column in 0..<width {
        let first = row * tokens * width + column
        let sum = (0..<tokens).reduce(Float(0)) { $0 + values[first + $1 * width] }
        means.append(sum / Float(tokens))
      }
    }
    var layout = LayoutOptions()
    layout.visualPool = .mean
    for threads in [1, 3] {
      let file = try FeatureFile(paths: [path], layout: layout, threads: threads)
      #expect(try file.readVisual(.train, rows: 0..<rows).values == means)
      #expect(
        try file.readVisual(.train, rows: 1_111..<1_200).values
          == Array(means[1_111 * width..<1_200 * width]))
    }
  }

  @Test func textThatIsNaNThroughoutIsNoText() throws {
    var text = SmallFile.text
    (text[2], text[3], text[7]) = (.nan, .nan, 1)
    try SmallFile.write(
      to: path, text: { try $0.floats("train/text", [4, 2], text) },
      more: { try $0.integers("train/text_mask", [0, 1, 1, 1]) })
    let file = try open { $0.missingText = .nan }
    #expect(try file.textMask(.train) == [false, false, true, true])
    #expect(try file.readText(.train, rows: 0..<4).values == [0, 0, 0, 0] + text[4...])
    #expect(try file.readText(.train, rows: 1..<3).values == [0, 0] + text[4..<6])
    let rows = try file.pairedRows(.train)
    #expect(rows.hasText == [false, false, true, true])
    #expect(rows.fingerprint == (try file.fingerprint(.train)))
    let report = file.inspect()
    #expect(report.problems == [])
    #expect(report.splits[0].rowsWithoutText == 2)
    let message =
      "f.h5: dataset '/train/text' holds nan in row 1, column 0; 1 of 4 rows is not finite. "
      + "Repair or drop them; where text is missing, mark it with 'text_mask'."
    expect(message) { _ = try open().pairedRows(.train) }
  }

  @Test(arguments: [2, 3])
  func textThatIsNaNInPartIsAnError(rank: Int) throws {
    let text: [Float] = [1, 2, .nan, rank == 2 ? 4 : .nan, 5, 6, 7, 8]
    try SmallFile.write(
      to: path, visual: { try $0.floats("train/visual", [12 / 3, 3], SmallFile.visual) },
      text: {
        try $0.floats(
          "train/text", rank == 2 ? [4, 2] : [4, 2, 2], rank == 2 ? text : text + text)
      }, test: nil)
    let file = try open { ($0.missingText, $0.textPool) = (.nan, .mean) }
    let row = rank == 2 ? 1 : 0
    let bad = rank == 2 ? 1 : 2
    expect(
      "f.h5: dataset '/train/text' holds nan in row \(row), column 0; \(bad) of 4 rows "
        + "\(bad == 1 ? "is" : "are") not finite. "
        + "Repair or drop them; where text is missing, mark it with 'text_mask'."
    ) { _ = try file.pairedRows(.train) }
    #expect(try file.textMask(.train) == [true, true, true, true])
  }

  @Test func rowsWithoutALabelAreLeftOut() throws {
    try LayoutSample.writeGroups(to: path)
    let file = try open { $0.unlabelled = .drop }
    let kept = LayoutSample.rows(of: .train).filter { LayoutSample.labels[$0] >= 0 }
    #expect(try file.description(of: .train).rowCount == kept.count)
    #expect(
      try file.readVisual(.train, rows: 5..<90).values
        == kept[5..<90].flatMap(LayoutSample.visual))
    let rows = try file.pairedRows(.train)
    #expect(rows.ids == .integers(kept.map { Int64($0) }))
    #expect(rows.labels.map { Int64($0) } == kept.map { LayoutSample.labels[$0] })
    #expect(rows.text?.values == kept.flatMap(LayoutSample.text))
    #expect(try file.fingerprint(.train) == rows.fingerprint)
    #expect(
      try file.description(of: .val).rowCount == LayoutSample.rows(of: .val).count,
      "validation rows stay")
  }

  @Test func leavingOutAllRows() throws {
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", [-1, -1, -1, -1]) },
      more: { try $0.strings("class_names", ["a", "b"]) })
    expect(
      "f.h5: dataset '/train/label' has no labelled row: every value is -1. "
        + "Label at least one row of each class."
    ) { _ = try open { $0.unlabelled = .drop }.pairedRows(.train) }
  }
}
