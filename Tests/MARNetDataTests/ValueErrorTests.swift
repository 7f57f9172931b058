// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import MARNetDense
import Testing

/// One test a message: values that cannot be used, in files and in memory.
@Suite struct ValueErrorTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  func expect(
    _ text: String, location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    expectError(text, in: folder, location: location, body)
  }

  func pair() throws { _ = try FeatureFile(path: path).pairedRows(.train) }

  @Test func featuresThatAreNotFinite() throws {
    var values = SmallFile.visual
    values[5] = .nan
    values[9] = -.infinity
    try SmallFile.write(to: path, visual: { try $0.floats("train/visual", [4, 3], values) })
    expect(
      "f.h5: dataset '/train/visual' holds nan in row 1, column 2; 2 of 4 rows are not finite. "
        + "Repair or drop these rows."
    ) { try pair() }
    let file = try FeatureFile(path: path)
    #expect(try file.readVisual(.train, rows: 2..<3).values == [7, 8, 9])
    expect(
      "f.h5: dataset '/train/visual' holds -inf in row 3, column 0; 1 of 2 rows is not finite. "
        + "Repair or drop these rows."
    ) { _ = try file.readVisual(.train, rows: 2..<4) }
  }

  @Test func textThatIsNotFinite() throws {
    try SmallFile.write(
      to: path, text: { try $0.floats("train/text", [4, 2], [1, 2, 3, .infinity, 5, 6, 7, 8]) })
    expect(
      "f.h5: dataset '/train/text' holds inf in row 1, column 1; 1 of 4 rows is not finite. "
        + "Repair or drop them; where text is missing, mark it with 'text_mask'."
    ) { try pair() }
  }

  @Test(arguments: [Int64(-2), 2, 1 << 40])
  func labelsOutOfRange(label: Int64) throws {
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", [0, label, 1, label]) },
      more: { try $0.strings("class_names", ["a", "b"]) })
    let shown = label == 1 << 40 ? "1,099,511,627,776" : "\(label)"
    expect(
      "f.h5: dataset '/train/label' holds \(shown) in row 1 (2 such rows); labels are -1 "
        + "(unlabelled) or 0 to 1. Count classes from 0."
    ) { try pair() }
  }

  @Test func labelsThatAreNoIndices() throws {
    try SmallFile.write(to: path, labels: { try $0.integers("train/label", [9_001, 1, 2, 3]) })
    expect(
      "f.h5: dataset '/train/label' runs to 9,001 over 4 rows, so some classes have none. "
        + "Number the classes 0, 1, 2, ... without gaps."
    ) { try pair() }
  }

  @Test func aLabelThatIsNoClassName() throws {
    try SmallFile.write(
      to: path, labels: { try $0.strings("train/label", ["cat", "dgo", "dog", "cat"]) },
      more: { try $0.strings("class_names", ["cat", "dog"]) })
    expect(
      "f.h5: dataset '/train/label' holds 'dgo' in row 1, which is not a class name. "
        + "Did you mean 'dog'?"
    ) { try pair() }
  }

  @Test func aLabelFarFromAnyClassName() throws {
    try SmallFile.write(
      to: path, labels: { try $0.strings("train/label", ["cat", "elephant", "dog", "cat"]) },
      more: { try $0.strings("class_names", ["cat", "dog"]) })
    expect(
      "f.h5: dataset '/train/label' holds 'elephant' in row 1, which is not a class name. "
        + "Add it to '/class_names'."
    ) { try pair() }
  }

  @Test func aClassWithoutLabelledRow() throws {
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", [0, 2, -1, 0]) },
      more: { try $0.strings("class_names", ["cat", "dog", "fox", "owl"]) })
    expect(
      "f.h5: dataset '/train/label' has no labelled row of class 1 'dog' (and 1 other class). "
        + "Label one, or take the class out of 'class_names'."
    ) { try pair() }
  }

  @Test func noLabelledRow() throws {
    try SmallFile.write(
      to: path, labels: { try $0.integers("train/label", [-1, -1, -1, -1]) },
      more: { try $0.strings("class_names", ["cat", "dog"]) })
    expect(
      "f.h5: dataset '/train/label' has no labelled row: every value is -1. "
        + "Label at least one row of each class."
    ) { try pair() }
  }

  @Test func oneClass() throws {
    try SmallFile.write(to: path, labels: { try $0.integers("train/label", [0, 0, 0, 0]) })
    expect(
      "f.h5: has 1 class; a classifier needs 2 or more. Check the labels of '/train'."
    ) { try pair() }
  }

  @Test func classNamesTwice() throws {
    try SmallFile.write(to: path, more: { try $0.strings("class_names", ["a", "b", "a"]) })
    expect("f.h5: dataset '/class_names' holds 'a' twice. Give every class its own name.") {
      try pair()
    }
  }

  @Test func anEmptyClassName() throws {
    try SmallFile.write(to: path, more: { try $0.strings("class_names", ["a", ""]) })
    expect(
      "f.h5: dataset '/class_names' holds an empty name for class 1. Name every class."
    ) { try pair() }
  }

  @Test func anIdentifierBeyondInt64() throws {
    try SmallFile.write(
      to: path,
      more: {
        try $0.dataset(
          "train/id", shape: [4], values: [1, 2, UInt64.max, 3], memory: chdf5_std_u64le())
      })
    expect(
      "f.h5: dataset '/train/id' holds a number above 9,223,372,036,854,775,807 in row 2. "
        + "Store identifiers as int64 or as strings."
    ) { _ = try FeatureFile(path: path).ids(.train) }
  }

  @Test func rowsInMemoryAreCheckedLikeFiles() throws {
    let visual = Matrix(rows: [[1, 2], [3, 4]])
    let names = ["a", "b"]
    let rows = try PairedRows(visual: visual, labels: [0, -1], classNames: names)
    #expect(rows.rowCount == 2 && rows.hasText == [false, false] && rows.text == nil)
    expect(
      "rows in memory: dataset 'label' has 1 row but 'visual' has 2. "
        + "Rows must pair one to one; write one value for each row."
    ) { _ = try PairedRows(visual: visual, labels: [0], classNames: names) }
    expect(
      "rows in memory: dataset 'text' has 1 row but 'visual' has 2. Rows must pair one to one; "
        + "re-extract the shorter one, or mark missing text with 'hasText'."
    ) {
      _ = try PairedRows(
        visual: visual, text: Matrix(rows: [[1]]), labels: [0, 1], classNames: names)
    }
    expect(
      "rows in memory: dataset 'label' has no labelled row of class 1 'b'. "
        + "Label one, or take the class out of 'class_names'."
    ) { try rows.requireEveryClassLabelled() }
    expect(
      "rows in memory: dataset 'text' has no row with text; fitting learns from text. "
        + "Write text features for some training rows."
    ) { try rows.requireText() }
  }

  @Test func rowsInMemoryIgnoreTextThatIsNotThere() throws {
    let rows = try PairedRows(
      visual: Matrix(rows: [[1], [2], [3]]), text: Matrix(rows: [[1], [.nan], [3]]),
      hasText: [true, false, true], labels: [0, 1, 1], ids: .integers([7, 8, 9]),
      classNames: ["a", "b"])
    #expect(rows.text == Matrix(rows: [[1], [0], [3]]))
    let part = rows.rows(at: [2, 1])
    #expect(part.visual == Matrix(rows: [[3], [2]]) && part.hasText == [true, false])
    #expect(part.labels == [1, 1] && part.ids == .integers([9, 8]))
  }
}
