// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import MARNetDense
import Testing

@Suite struct ReadingTests {
  let folder: TemporaryFolder
  var path: String { folder.file("features.h5") }

  init() throws { folder = try TemporaryFolder() }

  @Test func aSmallFileIsReadAsWritten() throws {
    try SmallFile.write(to: path)
    let file = try FeatureFile(path: path)
    #expect(file.splits == [.train, .test])
    let train = try file.description(of: .train)
    #expect(train.rowCount == 4 && train.visualWidth == 3 && train.textWidth == 2)
    #expect(train.hasLabels && !train.hasIDs && !train.hasTextMask)
    #expect(train.visualType == .float32 && train.textType == .float32)
    let rows = try file.pairedRows(.train)
    #expect(rows.visual.values == SmallFile.visual)
    #expect(rows.text?.values == SmallFile.text)
    #expect(rows.labels == [0, 1, -1, 1])
    #expect(rows.hasText == [true, true, true, true])
    #expect(rows.classNames == ["0", "1"])
    #expect(rows.ids == nil)
    #expect(try file.pairedRows(.test).labels == [-1, -1])
  }

  /// 6 rows of values that each of the types holds exactly.
  static let exact: [Float] = (0..<30).map { Float($0 - 15) / 8 }

  @Test(arguments: [
    (FeatureType.float16, false), (.float16, true), (.bfloat16, false), (.bfloat16, true),
    (.float32, false), (.float32, true), (.float64, false), (.float64, true),
  ])
  func everyStoredTypeGivesTheSameValues(type: FeatureType, bigEndian: Bool) throws {
    let stored: hid_t =
      switch type {
      case .float16: RawFile.half(exponent: 5, bigEndian: bigEndian)
      case .bfloat16: RawFile.half(exponent: 8, bigEndian: bigEndian)
      case .float32: bigEndian ? chdf5_ieee_f32be() : chdf5_ieee_f32le()
      case .float64: bigEndian ? chdf5_ieee_f64be() : chdf5_ieee_f64le()
      case .int8, .uint8: throw FixtureError.hdf5("no floating-point type")
      }
    try SmallFile.write(
      to: path, visual: { try $0.floats("train/visual", [6, 5], Self.exact, type: stored) },
      text: nil, labels: { try $0.integers("train/label", [0, 1, 0, 1, 0, 1]) }, test: nil)
    let file = try FeatureFile(path: path)
    #expect(try file.description(of: .train).visualType == type)
    #expect(try file.pairedRows(.train).visual.values == Self.exact)
    #expect(try file.readVisual(.train, rows: 2..<5).values == Array(Self.exact[10..<25]))
  }

  @Test(arguments: [[1, 1], [4, 7], [100, 3], [7, 33]])
  func blocksOfChunkedAndCompressedRowsEqualTheWhole(chunk: [Int]) throws {
    let values = (0..<100 * 33).map { Float($0 % 251) / 4 }
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [100, 33], values, type: RawFile.half(exponent: 5),
          storage: .init(chunk: chunk, gzip: 4))
      },
      text: nil, labels: { try $0.integers("train/label", (0..<100).map { $0 % 2 }) }, test: nil)
    let file = try FeatureFile(path: path)
    #expect(try file.readVisual(.train, rows: 0..<100).values == values)
    for size in [1, 7, 32, 99] {
      var joined: [Float] = []
      for start in stride(from: 0, to: 100, by: size) {
        joined += try file.readVisual(.train, rows: start..<min(100, start + size)).values
      }
      #expect(joined == values, "blocks of \(size) rows")
    }
    #expect(try file.readVisual(.train, rows: 50..<50).rowCount == 0)
  }

  @Test func labelsMayBeStringsOfAnyKind() throws {
    for (index, kind) in ["fixed", "spaces", "variable"].enumerated() {
      let path = "\(path)\(index)"
      let names = ["cat", "", "äpfel", "cat"]
      try SmallFile.write(
        to: path,
        labels: {
          switch kind {
          case "fixed": try $0.fixedStrings("train/labels", names, length: 6)
          case "spaces": try $0.fixedStrings("train/labels", names, length: 9, padding: 32)
          default: try $0.strings("train/labels", names)
          }
        })
      let rows = try FeatureFile(path: path).pairedRows(.train)
      #expect(rows.classNames == ["cat", "äpfel"], "\(kind)")
      #expect(rows.labels == [0, -1, 1, 0], "\(kind)")
    }
  }

  @Test func classNamesOrderTheLabels() throws {
    try SmallFile.write(
      to: path, labels: { try $0.strings("train/label", ["b", "a", "", "b"]) },
      more: { try $0.strings("class_names", ["b", "a"]) })
    let file = try FeatureFile(path: path)
    #expect(file.namesClasses)
    #expect(try file.classNames == ["b", "a"])
    #expect(try file.labels(.train) == [0, 1, -1, 0])
    #expect(try file.labels(.train, classNames: ["z", "a", "b"]) == [2, 1, -1, 2])
  }

  @Test func indicesOfAnotherClassOrderAreMatchedByName() throws {
    try SmallFile.write(
      to: path, more: { try $0.fixedStrings("class_names", ["x", "y"], length: 1) })
    let file = try FeatureFile(path: path)
    #expect(try file.labels(.train, classNames: ["y", "x"]) == [1, 0, -1, 0])
    #expect(try file.labels(.train, classNames: ["x", "y"]) == [0, 1, -1, 1])
  }

  @Test(arguments: ["i8", "u8", "i32", "u64"])
  func labelsMayBeIntegersOfAnySize(kind: String) throws {
    let type: hid_t =
      switch kind {
      case "i8": chdf5_std_i8le()
      case "u8": chdf5_std_u8le()
      case "i32": chdf5_std_i32le()
      default: chdf5_std_u64le()
      }
    let labels: [Int64] = kind.hasPrefix("u") ? [0, 1, 0, 1] : [0, -1, 0, 1]
    try SmallFile.write(to: path, labels: { try $0.integers("train/label", labels, type: type) })
    #expect(try FeatureFile(path: path).labels(.train).map { Int64($0) } == labels)
  }

  @Test func identifiersKeepTheirKind() throws {
    try SmallFile.write(
      to: path,
      more: {
        try $0.strings("train/id", ["a.jpg", "b.jpg", "c.jpg", "ü"])
        try $0.integers("test/id", [7, -9])
      })
    let file = try FeatureFile(path: path)
    #expect(try file.ids(.train) == .strings(["a.jpg", "b.jpg", "c.jpg", "ü"]))
    #expect(try file.ids(.train, rows: 1..<3) == .strings(["b.jpg", "c.jpg"]))
    #expect(try file.ids(.test) == .integers([7, -9]))
  }

  @Test(arguments: [true, false])
  func rowsWithoutTextAreZeroWhateverTheyHold(asBooleans: Bool) throws {
    try SmallFile.write(
      to: path,
      text: { try $0.floats("train/text", [4, 2], [1, 2, .nan, 3, 4, 5, .infinity, 0]) },
      more: {
        if asBooleans {
          try $0.booleans("train/text_mask", [true, false, true, false])
        } else {
          try $0.integers("train/text_mask", [1, 0, 2, 0])
        }
      })
    let file = try FeatureFile(path: path)
    let rows = try file.pairedRows(.train)
    #expect(rows.hasText == [true, false, true, false])
    #expect(rows.text?.values == [1, 2, 0, 0, 4, 5, 0, 0])
    #expect(try file.readText(.train, rows: 1..<3).values == [0, 0, 4, 5])
    #expect(try file.textMask(.test) == [false, false])
  }

  @Test func softLinksWithinTheFileAreFollowed() throws {
    try SmallFile.write(
      to: path, visual: { $0.softLink("train/visual", to: "/store") },
      more: { try $0.floats("store", [4, 3], SmallFile.visual) })
    #expect(try FeatureFile(path: path).pairedRows(.train).visual.values == SmallFile.visual)
  }

  @Test func brokenTextDoesNotStandInTheWayOfScoring() throws {
    try SmallFile.write(
      to: path,
      more: {
        try $0.integers("test/text", [1, 2, 3])
        try $0.integers("test/label", [1])
      })
    let file = try FeatureFile(path: path)
    #expect(try file.description(of: .test).textWidth == nil)
    #expect(try file.readVisual(.test, rows: 0..<2).values == [1, 2, 3, 4, 5, 6])
    #expect(throws: DataError.self) { try file.labels(.test) }
  }
}
