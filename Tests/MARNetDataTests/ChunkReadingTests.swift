// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Features of several pieces, read on several threads, chunks decompressed outside of HDF5.
@Suite struct ChunkReadingTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  /// 3,000 rows of 211 values that each of the types holds exactly: more than two pieces.
  static let shape = [3_000, 211]
  static let values = (0..<3_000 * 211).map { Float($0 % 251 - 125) / 4 }

  private func writeFeatures(
    _ values: [Float] = Self.values, type: hid_t? = nil, as storage: RawFile.Storage,
    more: ((RawFile) throws -> Void)? = nil
  ) throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats("train/visual", Self.shape, values, type: type, storage: storage)
      },
      text: nil, labels: nil, test: nil, more: more)
  }

  @Test(arguments: [
    RawFile.Storage(), .init(chunk: [100, 211]), .init(chunk: [187, 50]),
    .init(chunk: [187, 50], gzip: 1), .init(chunk: [187, 50], gzip: 1, shuffle: true),
    .init(chunk: [187, 50], shuffle: true), .init(chunk: [3_000, 7], gzip: 4),
    .init(chunk: [187, 50], gzip: 1, shuffle: true, checksum: true),
  ])
  func everyStorageTypeAndThreadCountGivesTheSameValues(storage: RawFile.Storage) throws {
    for bigEndian in [false, true] {
      let types = [
        RawFile.half(exponent: 5, bigEndian: bigEndian),
        RawFile.half(exponent: 8, bigEndian: bigEndian),
        bigEndian ? chdf5_ieee_f32be() : chdf5_ieee_f32le(),
        bigEndian ? chdf5_ieee_f64be() : chdf5_ieee_f64le(),
      ]
      for type in types {
        unlink(path)
        try writeFeatures(type: type, as: storage)
        for threads in [1, 4] {
          let file = try FeatureFile(path: path, threads: threads)
          let type = try file.description(of: .train).visualType
          let whole = try file.readVisual(.train, rows: 0..<3_000)
          #expect(whole.values == Self.values, "\(type), \(threads) threads")
          let part = try file.readVisual(.train, rows: 101..<2_777)
          #expect(part.values == Array(Self.values[101 * 211..<2_777 * 211]), "\(type)")
        }
      }
    }
  }

  @Test func chunksThatWereNeverWrittenAreZero() throws {
    try writeFeatures([], as: .init(chunk: [187, 50], gzip: 1))
    let zeros = try FeatureFile(path: path).readVisual(.train, rows: 0..<3_000)
    #expect(zeros == Matrix(rowCount: 3_000, columnCount: 211))
  }

  @Test(arguments: [1, 2, 5])
  func theFirstDamagedPieceIsNamed(threads: Int) throws {
    try writeFeatures(as: .init(chunk: [1_500, 100], gzip: 1)) {
      try $0.overwriteChunk("train/visual", at: [1_500, 0], with: [1, 2, 3])
      try $0.overwriteChunk("train/visual", at: [0, 100], with: [1, 2, 3])
    }
    let file = try FeatureFile(path: path, threads: threads)
    let error = #expect(throws: DataError.self) {
      try file.readVisual(.train, rows: 0..<3_000)
    }
    #expect(error?.description.contains("rows 0 to 1,499 (") == true, "\(error as Any)")
  }

  @Test(arguments: [1, 2, 5])
  func rowsThatAreNotFiniteAreCountedOverAllPieces(threads: Int) throws {
    var values = Self.values
    for row in [2_900, 1_700, 700, 701] { values[row * 211 + 9] = .nan }
    try writeFeatures(values, as: .init(chunk: [187, 50], gzip: 1))
    let file = try FeatureFile(path: path, threads: threads)
    expectError(
      "f.h5: dataset '/train/visual' holds nan in row 700, column 9; 4 of 2,999 rows are not "
        + "finite. Repair or drop these rows.", in: folder
    ) { _ = try file.readVisual(.train, rows: 1..<3_000) }
  }
}
