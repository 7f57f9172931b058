// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// Files that claim more than they hold: refused before memory is taken for it.
@Suite struct ClaimedSizeTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  private func expect(_ text: String, location: SourceLocation = #_sourceLocation) {
    expectError(
      "f.h5: " + text + " Copy the file again, or write it again.", in: folder,
      location: location
    ) {
      _ = try FeatureFile(path: path).pairedRows(.train)
    }
  }

  /// A dataset of which nothing is written.
  private func claim(
    _ name: String, _ shape: [Int], chunk: [Int] = [], type: hid_t = chdf5_ieee_f32le(),
    in file: RawFile
  ) throws {
    try file.dataset(
      name, shape: shape, values: [Float](), memory: type,
      storage: .init(chunk: chunk, isExtendible: !chunk.isEmpty))
  }

  @Test func rowsThatNobodyWrote() throws {
    try SmallFile.write(
      to: path, visual: { try claim("train/visual", [1 << 40, 3], chunk: [1024, 3], in: $0) })
    expect(
      "dataset '/train/visual' has shape [1,099,511,627,776, 3], which are 13,194,139,533,312 "
        + "bytes; it needs values in the file, which stores 0 bytes of it.")
  }

  @Test func labelsThatNobodyWrote() throws {
    try SmallFile.write(
      to: path,
      labels: {
        try claim(
          "train/label", [1 << 32], chunk: [4096], type: chdf5_std_i8le(), in: $0)
      })
    expect(
      "dataset '/train/label' has shape [4,294,967,296], which are 4,294,967,296 bytes; it needs "
        + "values in the file, which stores 0 bytes of it.")
  }

  @Test(arguments: [[1 << 31, 1 << 31, 4], [0, 1 << 31, 1 << 31]])
  func sizesWhoseProductOverflows(shape: [Int]) throws {
    try SmallFile.write(
      to: path, visual: { try claim("train/visual", shape, chunk: [1, 1, 1], in: $0) })
    let sizes = shape.map { $0 == 0 ? "0" : $0 == 4 ? "4" : "2,147,483,648" }
    expect(
      "dataset '/train/visual' has shape [\(sizes.joined(separator: ", "))] of 4 bytes a value; "
        + "it needs less than 2^50 bytes.")
  }

  @Test func aChunkFarLargerThanItsRows() throws {
    try SmallFile.write(
      to: path, visual: { try claim("train/visual", [4, 3], chunk: [1 << 28, 3], in: $0) })
    expect(
      "dataset '/train/visual' has chunks of 3,221,225,472 bytes; it needs chunks like what is "
        + "stored, 0 bytes.")
  }

  /// What compresses well is no attack, and rows that nobody wrote yet are few.
  @Test func zerosCompressAndRowsMayBeUnwritten() throws {
    let rows = 60_000
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [rows, 64], [Float](repeating: 0, count: rows * 64),
          storage: .init(chunk: [rows, 64], gzip: 9))
      },
      text: { try claim("train/text", [rows, 32], in: $0) },
      labels: { try $0.integers("train/label", (0..<rows).map { Int64($0 % 2) }) })
    #expect(try bytes(of: path).count < 1 << 20)
    #expect(try FeatureFile(path: path).pairedRows(.train).rowCount == rows)
  }

  /// HDF5 would read on behind the dataset's header.
  @Test func moreRowsThanTheHeaderHolds() throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [4, 3], SmallFile.visual, storage: .init(isCompact: true))
      })
    var all = try bytes(of: path)
    let sizes = [4, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
    let at = try #require(all.indices.first { all[$0...].prefix(16).elementsEqual(sizes) })
    all[at] = 200
    try write(all, to: path)
    expect(
      "dataset '/train/visual' has shape [200, 3], which are 2,400 bytes; it needs values in the "
        + "file, which stores 48 bytes of it.")
  }

  /// The index of chunks says how many bytes HDF5 writes, whatever the chunk's sizes are.
  @Test(arguments: [384, 72])
  func aChunkStoredAsAnotherSize(byteCount: UInt32) throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [12, 6], [Float](repeating: 1, count: 72),
          type: RawFile.half(exponent: 5), storage: .init(chunk: [12, 6]))
      })
    var all = try bytes(of: path)
    // A key of the tree: bytes, skipped filters, and the place of its first value.
    let key = [144, 0, 0, 0] + [UInt8](repeating: 0, count: 28)
    let at = try #require(all.indices.first { all[$0...].prefix(32).elementsEqual(key) })
    withUnsafeBytes(of: byteCount.littleEndian) { all.replaceSubrange(at..<at + 4, with: $0) }
    try write(all, to: path)
    expectError(
      "f.h5: dataset '/train/visual' is damaged in rows 0 to 11 (HDF5: a chunk of 144 bytes is "
        + "stored as \(byteCount)). Copy the file again, or write it again.",
      kind: .inputOutput, in: folder
    ) {
      _ = try FeatureFile(path: path).readVisual(.train, rows: 0..<12)
    }
  }

  /// Every row may point to one long string; HDF5 would copy it for each.
  @Test func manyRowsThatShareOneString() throws {
    let rows = 50_000
    let mark = "a long string of the file " + String(repeating: "x", count: 20_000)
    try SmallFile.write(
      to: path,
      visual: { try $0.floats("train/visual", [rows, 1], [Float](repeating: 1, count: rows)) },
      text: { try $0.floats("train/text", [rows, 1], [Float](repeating: 1, count: rows)) },
      labels: { try $0.strings("train/label", [mark] + [String](repeating: "", count: rows - 1)) })
    try shareFirstString(rows: rows)
    let error = #expect(throws: DataError.self) {
      _ = try FeatureFile(path: path).labels(.train)
    }
    #expect(error?.kind == .inputOutput)
  }

  /// Makes all references in the dataset of labels that of its first row.
  private func shareFirstString(rows: Int) throws {
    var all = try bytes(of: path)
    // Length, address and number, 16 bytes a row; rows without a string have zeros.
    let length = withUnsafeBytes(of: UInt32(20_026).littleEndian) { Array($0) }
    let first = try #require(
      all.indices.first { at in
        at + 32 <= all.count && all[at..<at + 4].elementsEqual(length)
          && all[at + 4..<at + 12].contains { $0 != 0 } && all[(at + 12)...].prefix(2) != [0, 0]
          && all[at + 8..<at + 12].allSatisfy { $0 == 0 }
      })
    for row in 1..<rows {
      all.replaceSubrange(first + 16 * row..<first + 16 * (row + 1), with: all[first..<first + 16])
    }
    try write(all, to: path)
  }

  @Test func aVirtualDatasetOfItself() throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.virtual("train/visual", shape: [4, 3], [.init(".", "/train/visual", rows: 4)])
      })
    let error = #expect(throws: DataError.self) {
      _ = try FeatureFile(path: path).readVisual(.train, rows: 0..<1)
    }
    #expect(error?.description.contains("over virtual datasets, more than 3 deep") == true)
  }

  /// A path of links each of which is a path of links: 2^30 to follow.
  @Test(.timeLimit(.minutes(1))) func linksThatMultiply() throws {
    try SmallFile.write(
      to: path, visual: nil,
      more: { file in
        for level in 0..<30 {
          let next = "l\(level + 1)"
          file.softLink("train/l\(level)", to: "/train/\(next)/\(next)")
        }
        file.softLink("train/l30", to: "/train")
        file.softLink("train/visual", to: "l0/text")
      })
    #expect(throws: DataError.self) { _ = try FeatureFile(path: path).pairedRows(.train) }
  }

  /// Names are compared letter by letter: not where that would take minutes.
  @Test(.timeLimit(.minutes(1))) func manyLongNames() throws {
    try SmallFile.write(
      to: path, visual: nil,
      more: { file in
        for number in 0..<2_000 {
          file.group("train/" + String(repeating: "visual\(number)", count: 1_000))
        }
      })
    let wanted = String(repeating: "visual", count: 5_000)
    var layout = LayoutOptions()
    layout.visualKey = wanted
    #expect(throws: DataError.self) {
      _ = try FeatureFile(paths: [path], layout: layout).readVisual(.train, rows: 0..<1)
    }
  }
}
