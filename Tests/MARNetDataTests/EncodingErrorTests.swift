// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// One test a message: encodings that are refused, and data that is damaged.
@Suite struct EncodingErrorTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ visual: (RawFile) throws -> Void) throws {
    let file = try RawFile(path)
    file.group("train")
    try visual(file)
  }

  private func expect(
    _ text: String, kind: DataErrorKind = .content, location: SourceLocation = #_sourceLocation,
    visual: (RawFile) throws -> Void
  ) throws {
    try write(visual)
    expectError("f.h5: dataset '/train/visual'" + text, kind: kind, in: folder, location: location)
    { _ = try FeatureFile(path: path).readVisual(.train, rows: 0..<4) }
  }

  private func bytes(_ file: RawFile, type: hid_t? = nil) throws {
    try file.integers(
      "train/visual", (0..<12).map { $0 }, shape: [4, 3], type: type ?? chdf5_std_u8le())
  }

  static let needed =
    "it needs float16, bfloat16, float32, float64, or int8 or uint8 with a scale. "

  @Test func bytesWithoutScale() throws {
    try expect(
      " holds uint8 values; " + Self.needed
        + "If they are quantised features, add their 'scale' and 'zero_point' as attributes; "
        + "if they are pixels, extract features first."
    ) { try bytes($0) }
  }

  @Test func words() throws {
    try expect(
      " holds uint16 values; " + Self.needed
        + "If they are the bits of bfloat16, add the attribute dtype=\"bfloat16\"; "
        + "otherwise store the features as float32."
    ) { try bytes($0, type: chdf5_std_u16le()) }
  }

  @Test func wordsOfAnotherEncoding() throws {
    try expect(
      " holds big-endian uint16 values; " + Self.needed
        + "If they are the bits of bfloat16, add the attribute dtype=\"bfloat16\"; "
        + "otherwise store the features as float32."
    ) {
      try bytes($0, type: chdf5_std_u16be())
      $0.attribute("train/visual", "dtype", text: "bfloat17")
    }
  }

  @Test func truthValues() throws {
    try expect(
      " has shape [4]; it needs shape [rows, width]. Store one row of features a sample."
    ) { try $0.booleans("train/visual", [true, false, true, true]) }
  }

  @Test func noValueAtAll() throws {
    try expect(
      " has no values; it needs shape [rows, width]. Store one row of features a sample."
    ) { $0.nullDataset("train/visual") }
  }

  @Test(
    arguments: [
      ([1, 2, 3, 4], "4 numbers"), ([0], "0.0"), ([.nan], "nan"), ([1, .infinity, 1], "inf"),
    ] as [([Double], String)])
  func aScaleThatCannotBeMeant(numbers: [Double], found: String) throws {
    try expect(
      ": attribute 'scale' holds \(found); it needs one number, or 3, one a column. "
        + "Store what the features were quantised with."
    ) {
      try bytes($0)
      $0.attribute("train/visual", "scale", numbers: numbers, shape: [numbers.count])
    }
  }

  @Test func aScaleThatIsAString() throws {
    try expect(
      ": attribute 'scale_factor' holds the string '0.5'; it needs one number, or 3, "
        + "one a column. Store what the features were quantised with."
    ) {
      try bytes($0)
      $0.attribute("train/visual", "scale_factor", text: "0.5")
    }
  }

  @Test func twoScales() throws {
    try expect(
      ": attribute 'scale_factor' stands beside 'scale'; it needs one of them. "
        + "Delete the one that is not meant."
    ) {
      try bytes($0)
      $0.attribute("train/visual", "scale", numbers: [1])
      $0.attribute("train/visual", "scale_factor", numbers: [1])
    }
  }

  @Test func aMarkForMissingValues() throws {
    try expect(
      ": attribute '_FillValue' marks values as missing; it needs a value in every place. "
        + "Drop the rows that miss values, and the attribute."
    ) {
      try bytes($0)
      $0.attribute("train/visual", "scale", numbers: [1])
      $0.attribute("train/visual", "_FillValue", numbers: [255])
    }
  }

  @Test(
    arguments: [
      [5, 1, 2], [32, 0], [2, 1, 2, 3, 224, 255], [0, 9, 224, 255, 0],
      [2, 1, 2, 3, 32, 3], LZFEncoder.encode([UInt8](repeating: 9, count: 47)),
    ] as [[UInt8]])
  func damagedLZF(chunk: [UInt8]) throws {
    try expect(
      " is damaged in rows 0 to 3 (HDF5: filter returned failure during read). "
        + "Copy the file again, or write it again.", kind: .inputOutput
    ) {
      try $0.lzfChunks(
        "train/visual", shape: [4, 3], bytes: [UInt8](repeating: 7, count: 48), width: 4,
        type: chdf5_ieee_f32le(), storage: .init(chunk: [4, 3], lzf: true))
      try $0.overwriteChunk("train/visual", at: [0, 0], with: chunk)
    }
  }

  /// HDF5 reads beyond a chunk that its filter makes too short.
  @Test func anLZFOfAnotherChunkSize() throws {
    try write {
      try $0.floats(
        "train/visual", [4, 3], SmallFile.visual,
        storage: .init(chunk: [4, 3], unknownFilter: 32_000))
    }
    expectError(
      "f.h5: dataset '/train/visual' is compressed with filter 'lzf for chunks of another size', "
        + "which HDF5 \(HDF5Library.version) here does not have. "
        + "Save it again with compression=\"gzip\" or without compression.", in: folder
    ) { _ = try FeatureFile(path: path).readVisual(.train, rows: 0..<4) }
  }

  /// Whole chunks, and rows whose ends cut chunks.
  @Test(arguments: [0..<4_000, 7..<3_999])
  func aChecksumThatDoesNotHold(rows: Range<Int>) throws {
    let values = (0..<12_000).map { Float($0) }
    try write {
      try $0.floats(
        "train/visual", [4_000, 3], values, storage: .init(chunk: [100, 2], checksum: true))
      try $0.overwriteChunk(
        "train/visual", at: [1_300, 2], with: [UInt8](repeating: 1, count: 804))
    }
    expectError(
      "f.h5: dataset '/train/visual' is damaged in rows 1,300 to 1,399 (HDF5: data error "
        + "detected by Fletcher32 checksum). Copy the file again, or write it again.",
      kind: .inputOutput, in: folder
    ) { _ = try FeatureFile(path: path).readVisual(.train, rows: rows) }
  }
}
