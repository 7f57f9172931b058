// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// Files with one group per item.
@Suite struct ItemConversionTests {
  let folder: TemporaryFolder
  var path: String { folder.file("items.h5") }
  var output: String { folder.file("out.h5") }

  init() throws { folder = try TemporaryFolder() }

  private static var layout: LayoutOptions {
    var layout = LayoutOptions()
    layout.visualKey = "features"
    return layout
  }

  /// Writes the sample, each row in a group of its own, in no order.
  private func writeSample(
    _ more: (RawFile, String, Int) throws -> Void = { file, name, row in
      file.attribute(name, "split", text: LayoutSample.splits[row].rawValue)
      file.attribute(name, "label", numbers: [Double(LayoutSample.labels[row])])
    },
    visual: (RawFile, String, Int) throws -> Void = { file, name, row in
      try file.floats("\(name)/features", [7], LayoutSample.visual(row))
    }
  ) throws {
    let file = try RawFile(path)
    for index in 0..<LayoutSample.rowCount {
      let row = index * 137 % LayoutSample.rowCount
      let name = Self.name(row)
      file.group(name)
      try visual(file, name, row)
      if Self.hasText(row) { try file.floats("\(name)/text", [5], LayoutSample.text(row)) }
      try more(file, name, row)
    }
  }

  private static func name(_ row: Int) -> String { "item \(1000 + row)" }
  private static func hasText(_ row: Int) -> Bool { row % 4 != 1 }

  private func expectSample(
    _ layout: LayoutOptions = Self.layout, location: SourceLocation = #_sourceLocation
  ) throws {
    let report = try FeatureConversion(paths: [path], layout: layout).write(to: output)
    let file = try FeatureFile(path: output)
    for split in Split.allCases {
      let rows = LayoutSample.rows(of: split)
      let all = 0..<rows.count
      #expect(
        try file.readVisual(split, rows: all).values == rows.flatMap(LayoutSample.visual),
        sourceLocation: location)
      #expect(
        try file.labels(split).map { Int64($0) } == rows.map { LayoutSample.labels[$0] },
        sourceLocation: location)
      #expect(try file.ids(split) == .strings(rows.map(Self.name)), sourceLocation: location)
      guard split != .test else { continue }
      #expect(
        try file.readText(split, rows: all).values
          == rows.flatMap {
            Self.hasText($0) ? LayoutSample.text($0) : [Float](repeating: 0, count: 5)
          }, sourceLocation: location)
      #expect(try file.textMask(split) == rows.map(Self.hasText), sourceLocation: location)
    }
    #expect(report.splits.count == 3, sourceLocation: location)
    #expect(
      report.splits[0].rowsWithoutText
        == LayoutSample.rows(of: .train).count { !Self.hasText($0) }, sourceLocation: location)
  }

  @Test func attributesSayTheRest() throws {
    try writeSample()
    try expectSample()
  }

  @Test func datasetsSayTheRest() throws {
    try writeSample { file, name, row in
      let split = Split.allCases.firstIndex(of: LayoutSample.splits[row]) ?? 0
      try file.integers("\(name)/split", [Int64(split)])
      try file.integers("\(name)/label", [LayoutSample.labels[row]], shape: row % 2 == 0 ? [] : [1])
    }
    try expectSample()
  }

  @Test func patchesArePooled() throws {
    try writeSample(visual: { file, name, row in
      let count = 2 + row % 3
      let rest = [Float](repeating: .infinity, count: 7 * (count - 1))
      try file.floats("\(name)/features", [count, 7], LayoutSample.visual(row) + rest)
    })
    var layout = Self.layout
    layout.visualPool = .first
    try expectSample(layout)
    layout.visualPool = nil
    expectError(
      "items.h5: dataset '/item 1000/features' has shape [2, 7]; it needs shape [width]. "
        + "Pool its tokens with --visual-pool mean, first or max.", in: folder
    ) { try FeatureConversion(paths: [path], layout: layout).write(to: output) }
  }

  @Test func namesOfClasses() throws {
    try small { file, name, row in
      file.attribute(name, "class", text: ["pear", "apple", ""][row % 3])
    }
    var layout = Self.layout
    layout.labelKey = "class"
    try FeatureConversion(paths: [path], layout: layout).write(to: output)
    #expect(try RawReader(output).strings("class_names") == ["apple", "pear"])
    #expect(try RawReader(output).integers("train/label") == [1, 0, -1, 1])
    layout.unlabelled = .drop
    try FeatureConversion(paths: [path], layout: layout).write(to: output)
    #expect(try RawReader(output).integers("train/label") == [1, 0, 1])
  }

  @Test func textThatIsNaNThroughout() throws {
    try small { file, name, row in
      try file.floats("\(name)/text", [2], row == 1 ? [.nan, .nan] : [1, Float(row)])
    }
    var layout = Self.layout
    layout.missingText = .nan
    let report = try FeatureConversion(paths: [path], layout: layout).write(to: output)
    #expect(report.splits[0].rowsWithoutText == 1)
    #expect(try RawReader(output).integers("train/text_mask") == [1, 0, 1, 1])
    #expect(try RawReader(output).floats("train/text") == [1, 0, 0, 0, 1, 2, 1, 3])
  }

  @Test func halfPrecisionStays() throws {
    try small(visual: {
      try $0.floats(
        "\($1)/features", [2], [0.1, Float($2)], type: RawFile.half(exponent: 5))
    })
    try FeatureConversion(paths: [path], layout: Self.layout).write(to: output)
    #expect(try FeatureFile(path: output).description(of: .train).visualType == .float16)
    #expect(try FeatureFile(path: output).readVisual(.train, rows: 0..<1)[0, 0] == 0.099975586)
  }

  @Test func otherCommandsSayHow() throws {
    try small(visual: { file, name, row in
      try file.floats("\(name)/features", [2], [1, Float(row)])
      if row > 0 { try file.floats("\(name)/caption", [1], [1]) }
      try file.integers("\(name)/y", [0], shape: [])
    })
    let text =
      "items.h5: holds one group per item, 'a0', 'a1' and 2 more. Write it as one table first: "
      + "marnet-plugin convert items.h5 --visual-key features --text-key caption --label-key y "
      + "--output converted.h5"
    let file = try FeatureFile(path: path)
    expectError(text, in: folder) { _ = try file.pairedSource(.train) }
    expectError(text, in: folder) { _ = try file.description(of: .test) }
    let report = file.inspect()
    #expect(report.layouts.map(\.form) == [.items])
    #expect(report.problems.map { $0.replacing("\(folder.path)/", with: "") } == [text])
  }

  // MARK: Messages

  /// Four items; what `more` and `visual` leave out is left out.
  private func small(
    _ more: (RawFile, String, Int) throws -> Void = { _, _, _ in },
    visual: (RawFile, String, Int) throws -> Void = {
      try $0.floats("\($1)/features", [2], [1, Float($2)])
    }
  ) throws {
    let file = try RawFile(path)
    for row in 0..<4 {
      file.group("a\(row)")
      try visual(file, "a\(row)", row)
      try more(file, "a\(row)", row)
    }
  }

  private func expect(
    _ text: String, _ layout: LayoutOptions = Self.layout,
    location: SourceLocation = #_sourceLocation
  ) {
    expectError(text, in: folder, location: location) {
      try FeatureConversion(paths: [path], layout: layout).write(to: output)
    }
    #expect(folder.names == ["items.h5"], sourceLocation: location)
  }

  @Test func anItemWithoutFeatures() throws {
    try small(visual: {
      try $0.floats($2 == 2 ? "\($1)/feature" : "\($1)/features", [2], [1, 2])
    })
    expect(
      "items.h5: has no dataset '/a2/features'; the group holds 'feature'. Did you mean "
        + "'feature'? Name it with --visual-key feature.")
  }

  @Test func anItemOfAnotherWidth() throws {
    try small(visual: {
      try $0.floats(
        "\($1)/features", [$2 == 3 ? 1 : 2], [Float](repeating: 1, count: $2 == 3 ? 1 : 2))
    })
    expect(
      "items.h5: dataset '/a3/features' has 1 column but '/a0/features' has 2. "
        + "Extract all items with the same encoder.")
  }

  @Test func anItemThatIsNotFinite() throws {
    try small(visual: { try $0.floats("\($1)/features", [2], [1, $2 == 1 ? .nan : 0]) })
    expect(
      "items.h5: dataset '/a1/features' holds nan in row 0, column 1; 1 of 1 row is not finite. "
        + "Repair or drop these rows.")
  }

  @Test func labelsOfTwoKinds() throws {
    try small { file, name, row in
      if row == 0 { file.attribute(name, "label", numbers: [1]) }
      if row == 2 { file.attribute(name, "label", text: "pear") }
    }
    expect(
      "items.h5: dataset '/a2/label' has a string but '/a0/label' has a number. "
        + "Label all items with class names, or all with indices.")
  }

  @Test func classNamesThatDoNotFit() throws {
    try small { file, name, row in
      file.attribute(name, "label", numbers: [Double(row)])
      if row == 0 { try file.strings("class_names", ["apple", "pear"]) }
    }
    expect(
      "items.h5: dataset '/a2/label' holds 2 in row 0 (1 such row); labels are -1 (unlabelled) or "
        + "0 to 1. Count classes from 0.")
  }

  @Test func aNameThatIsNoClass() throws {
    try small { file, name, row in
      file.attribute(name, "label", text: row == 2 ? "pea" : "apple")
      if row == 0 { try file.strings("class_names", ["apple", "pear"]) }
    }
    expect(
      "items.h5: dataset '/a2/label' holds 'pea' in row 0, which is not a class name. "
        + "Did you mean 'pear'?")
  }

  @Test func aSplitThatIsNone() throws {
    try small { file, name, row in file.attribute(name, "split", text: row == 1 ? "dev" : "train") }
    expect(
      "items.h5: dataset '/a1/split' holds 'dev'; it needs 'train', 'val' and 'test', or 0, 1 and "
        + "2. Rename these, or leave the rows out.")
  }

  @Test func textOfOtherFiles() throws {
    try small()
    var layout = Self.layout
    layout.textJoin = .init(paths: ["t.h5"], key: "id")
    expect(
      "items.h5: holds one group per item, whose text cannot come from --text t.h5. "
        + "Convert it without --text, and give --text with the converted file.", layout)
  }
}
