// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// One test a message: what divides rows into splits and cannot be used.
@Suite struct SplitErrorTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func expect(
    _ text: String, _ split: Split = .train, _ layout: LayoutOptions = .init(),
    location: SourceLocation = #_sourceLocation, _ write: (RawFile) throws -> Void
  ) throws {
    do {
      let file = try RawFile(path)
      try file.floats("visual", [4, 3], SmallFile.visual).integers("label", [0, 1, -1, 1])
      try write(file)
    }
    expectError(text, in: folder, location: location) {
      _ = try FeatureFile(paths: [path], layout: layout).description(of: split)
    }
  }

  @Test func namesThatMeanNoSplit() throws {
    try expect(
      "f.h5: dataset '/split' holds 'dev', 'holdout'; it needs 'train', 'val' and 'test', or 0, 1 "
        + "and 2. Rename these, or leave the rows out."
    ) { try $0.strings("split", ["train", "holdout", "dev", "test"]) }
  }

  @Test func numbersThatMeanNoSplit() throws {
    try expect(
      "f.h5: dataset '/split' holds '-1', '3'; it needs 'train', 'val' and 'test', or 0, 1 and 2. "
        + "Rename these, or leave the rows out."
    ) { try $0.integers("split", [0, 3, -1, 1]) }
  }

  @Test func aColumnOfAnotherLength() throws {
    try expect(
      "f.h5: dataset '/split' has 2 rows but '/visual' has 4. "
        + "Rows must pair one to one; write one value for each row."
    ) { try $0.integers("split", [0, 1]) }
  }

  @Test func aColumnOfFractions() throws {
    try expect(
      "f.h5: dataset '/split' holds float32 values; it needs strings or integers. "
        + "Store 'train', 'val' or 'test' for each row, or 0, 1 or 2."
    ) { try $0.floats("split", [4], [0, 0, 1, 1]) }
  }

  @Test func aSplitWithoutRows() throws {
    try expect(
      "f.h5: dataset '/split' gives no row to 'test', but rows to 'train', 'val'. "
        + "Give it some, or use another split.", .test
    ) { try $0.integers("split", [0, 0, 1, 1]) }
  }

  @Test func listsThatOverlap() throws {
    try expect(
      "f.h5: dataset '/train_idx' holds row 3, which '/test_idx' holds as well. "
        + "Give each row to one split."
    ) { try $0.integers("train_idx", [0, 3]).integers("test_idx", [2, 3]) }
  }

  @Test func aRowTwiceInAList() throws {
    try expect("f.h5: dataset '/train_idx' holds row 1 twice. Name each row once.") {
      try $0.integers("train_idx", [1, 0, 1])
    }
  }

  @Test(arguments: [4, -1])
  func aRowThatIsNotThere(row: Int64) throws {
    try expect(
      "f.h5: dataset '/train_idx' holds \(row) at position 1, but the rows run from 0 to 3. "
        + "Count rows from 0."
    ) { try $0.integers("train_idx", [1, row]) }
  }

  @Test func aColumnAndLists() throws {
    try expect(
      "f.h5: dataset '/split' says which row belongs to which split, and so does 'test_idx'. "
        + "Name the one that is meant with --split-key."
    ) { try $0.integers("split", [0, 0, 1, 1]).integers("test_idx", [1]) }
  }

  @Test func aKeyThatIsNotThere() throws {
    var layout = LayoutOptions()
    layout.splitKey = "fold"
    try expect(
      "f.h5: has no dataset '/fold'; the group holds 'label', 'split', 'visual'. "
        + "Add it, or name another with --split-key.", .train, layout
    ) { try $0.integers("split", [0, 0, 1, 1]) }
  }

  @Test func aGroupThatIsNotThere() throws {
    var layout = LayoutOptions()
    layout.group = "features"
    try expect(
      "f.h5: has no group '/features'; the file holds 'label', 'visual'. "
        + "Name another with --group.", .train, layout
    ) { _ in }
  }

  @Test func groupsThatMeanOneSplit() throws {
    try SmallFile.write(to: path, more: { $0.group("val").group("valid") })
    expectError(
      "f.h5: holds 'val', 'valid', which all mean the split 'val'. Keep the one that is meant.",
      in: folder
    ) { _ = try FeatureFile(path: path).description(of: .val) }
  }

  @Test func nothingKnown() throws {
    _ = try RawFile(path).floats("images", [4, 3], SmallFile.visual)
    expectError(
      "f.h5: holds neither a group 'train' nor a dataset 'visual', but 'images'. Name its datasets "
        + "with --visual-key, --text-key and --label-key, as 'inspect' proposes.", in: folder
    ) { _ = try FeatureFile(path: path).description(of: .train) }
  }
}
