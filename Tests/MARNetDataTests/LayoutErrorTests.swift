// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import Testing

/// One test a message: groups and datasets that cannot be used.
@Suite struct LayoutErrorTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  func expect(
    _ text: String, kind: DataErrorKind = .content, location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    expectError(text, kind: kind, in: folder, location: location, body)
  }

  func pair(_ split: Split = .train) throws { _ = try FeatureFile(path: path).pairedRows(split) }

  @Test func aMissingSplit() throws {
    try SmallFile.write(to: path, test: { $0.group("tset") })
    expect(
      "f.h5: has no group '/test'; the file holds 'train', 'tset'. "
        + "Put the features into '/test/visual', one row a sample."
    ) { try pair(.test) }
  }

  @Test func aMissingDatasetWithANearName() throws {
    try SmallFile.write(
      to: path, visual: { try $0.floats("train/visuals", [4, 3], SmallFile.visual) })
    expect(
      "f.h5: has no dataset '/train/visual'; the group holds 'label', 'text', 'visuals'. "
        + "Did you mean 'visuals'? Name it with --visual-key visuals."
    ) { try pair() }
  }

  @Test func missingLabels() throws {
    try SmallFile.write(to: path, labels: nil)
    expect(
      "f.h5: has no dataset '/train/label'; the group holds 'text', 'visual'. "
        + "Add it, or name another with --label-key."
    ) { try pair() }
  }

  @Test func aMaskWithoutText() throws {
    try SmallFile.write(
      to: path, text: nil, more: { try $0.integers("train/text_mask", [1, 1, 1, 1]) })
    expect(
      "f.h5: has no dataset '/train/text'; the group holds 'label', 'text_mask', 'visual'. "
        + "Add it, or name another with --text-key."
    ) { try pair() }
  }

  @Test func aGroupForADataset() throws {
    try SmallFile.write(to: path, visual: { $0.group("train/visual") })
    expect(
      "f.h5: '/train/visual' is not a dataset. Store it as one array, one row a sample."
    ) { try pair() }
  }

  @Test func aDatasetForAGroup() throws {
    try SmallFile.write(to: path, test: { try $0.floats("test", [1], [1]) })
    expect(
      "f.h5: '/test' is not a group. Splits are groups that hold 'visual', 'text' and 'label'."
    ) { try pair(.test) }
  }

  @Test func aLinkToNothing() throws {
    try SmallFile.write(to: path, visual: { $0.softLink("train/visual", to: "/nowhere") })
    expect(
      "f.h5: '/train/visual' is a link to something that is not in the file. "
        + "Store the array itself."
    ) { try pair() }
  }

  @Test(arguments: [
    (Int32(32_001), "blosc"), (32_004, "lz4"), (32_008, "bitshuffle"), (32_013, "zfp"),
    (32_015, "zstd"), (32_026, "blosc2"), (307, "bzip2"), (32_999, "number 32999"),
  ])
  func aMissingFilter(number: Int32, name: String) throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [4, 3], SmallFile.visual,
          storage: .init(chunk: [4, 3], unknownFilter: number))
      })
    expect(
      "f.h5: dataset '/train/visual' is compressed with filter '\(name)', which HDF5 "
        + "\(HDF5Library.version) here does not have. "
        + "Save it again with compression=\"gzip\" or without compression."
    ) { try pair() }
  }

  @Test func twoLabelDatasets() throws {
    try SmallFile.write(to: path, more: { try $0.integers("train/labels", [0, 1, 0, 1]) })
    expect("f.h5: '/train' holds both 'label' and 'labels'. Keep the one that is meant.") {
      try pair()
    }
  }

  @Test(arguments: [[12], [2, 2, 3], []])
  func featuresOfTheWrongRank(shape: [Int]) throws {
    let values = shape.isEmpty ? [1] : SmallFile.visual
    try SmallFile.write(to: path, visual: { try $0.floats("train/visual", shape, values) })
    let found =
      shape.isEmpty ? "a single value" : "shape [\(shape.map(String.init).joined(separator: ", "))]"
    let remedy =
      shape.count == 3
      ? "Pool its tokens with --visual-pool mean, first or max; for alignment 'team', store them as "
        + "'visual_tokens' besides." : "Store one row of features a sample."
    expect(
      "f.h5: dataset '/train/visual' has \(found); it needs shape [rows, width]. \(remedy)"
    ) { try pair() }
  }

  @Test func integerFeatures() throws {
    try SmallFile.write(
      to: path,
      visual: { try $0.integers("train/visual", (0..<12).map { $0 }, shape: [4, 3]) })
    expect(
      "f.h5: dataset '/train/visual' holds int64 values; it needs float16, bfloat16, float32, "
        + "float64, or int8 or uint8 with a scale. Store the features as float32; if these are class indices or pixels, "
        + "extract features first."
    ) { try pair() }
  }

  @Test func classNamesThatAreNumbers() throws {
    try SmallFile.write(to: path, more: { try $0.integers("class_names", [5, 6]) })
    expect(
      "f.h5: dataset '/class_names' holds int64 values; it needs strings. "
        + "Store the names as strings, in the order of the class indices."
    ) { try pair() }
  }

  @Test func anEmptySplit() throws {
    try SmallFile.write(to: path, visual: { try $0.floats("train/visual", [0, 3], []) })
    expect(
      "f.h5: dataset '/train/visual' has no rows. Remove the split, or write its rows."
    ) { try pair() }
  }

  @Test func unequalRows() throws {
    let rows = 1_200
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats("train/visual", [rows, 1], [Float](repeating: 1, count: rows))
      },
      text: {
        try $0.floats("train/text", [rows - 10, 1], [Float](repeating: 1, count: rows - 10))
      })
    expect(
      "f.h5: dataset '/train/text' has 1,190 rows but '/train/visual' has 1,200. "
        + "Rows must pair one to one; re-extract the shorter one, "
        + "or mark missing text with '/train/text_mask'."
    ) { try pair() }
  }

  @Test func unequalLabels() throws {
    try SmallFile.write(to: path, labels: { try $0.integers("train/label", [1]) })
    expect(
      "f.h5: dataset '/train/label' has 1 row but '/train/visual' has 4. "
        + "Rows must pair one to one; write one value for each row."
    ) { try pair() }
  }

  @Test func widthsThatDifferBetweenSplits() throws {
    try SmallFile.write(
      to: path, test: { try $0.group("test").floats("test/visual", [2, 2], [1, 2, 3, 4]) })
    expect(
      "f.h5: dataset '/test/visual' has 2 columns but '/train/visual' has 3. "
        + "Extract both splits with the same encoder."
    ) { try pair(.test) }
  }

  @Test func aWidthThatDiffersFromTheModel() throws {
    try SmallFile.write(to: path)
    let file = try FeatureFile(path: path)
    #expect(throws: Never.self) { try file.requireVisualWidth(3, of: .test) }
    expect(
      "f.h5: dataset '/test/visual' has 3 columns but the model was fitted on 1,024. "
        + "Extract the features with the encoder used for fitting."
    ) { try file.requireVisualWidth(1024, of: .test) }
  }
}
