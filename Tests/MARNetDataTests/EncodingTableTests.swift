// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Every way in which features may lie in a file, read bit for bit.
@Suite struct EncodingTableTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  /// More than one piece of a reader.
  static let shape = [1_500, 211]
  static let numbers = (0..<shape[0] * shape[1]).map { ($0 * $0 / 7 + $0) % 251 - 125 }

  /// As h5py chooses them: they cut columns.
  static let automatic = [94, 27]

  static let table: [StoredEncoding] = [
    .init(kind: .float16), .init(kind: .float16, isBigEndian: true),
    .init(kind: .bfloat16), .init(kind: .bfloat16, isBigEndian: true),
    .init(kind: .bfloat16Bits), .init(kind: .bfloat16Bits, isBigEndian: true),
    .init(kind: .float32), .init(kind: .float32, isBigEndian: true),
    .init(kind: .float64), .init(kind: .float64, isBigEndian: true),
    .init(kind: .int8), .init(kind: .uint8),
    .init(kind: .float32, storage: .init(chunk: [7, 211])),
    .init(kind: .float64, isBigEndian: true, storage: .init(chunk: [1_500, 1])),
    .init(kind: .int8, storage: .init(chunk: [133, 100])),
    .init(kind: .float16, storage: .init(chunk: automatic)),
    .init(kind: .float32, storage: .init(chunk: automatic, gzip: 4)),
    .init(kind: .bfloat16Bits, storage: .init(chunk: automatic, gzip: 4, shuffle: true)),
    .init(
      kind: .float32, isBigEndian: true,
      storage: .init(chunk: automatic, gzip: 1, shuffle: true, checksum: true)),
    .init(kind: .int8, storage: .init(chunk: automatic, gzip: 1, shuffle: true, checksum: true)),
    .init(kind: .float64, storage: .init(chunk: [93, 31], checksum: true)),
    .init(kind: .uint8, storage: .init(chunk: [93, 31], checksum: true)),
    .init(kind: .float16, storage: .init(chunk: [93, 31], shuffle: true)),
    .init(kind: .float32, storage: .init(chunk: automatic, lzf: true)),
    .init(kind: .float16, isBigEndian: true, storage: .init(chunk: [500, 50], lzf: true)),
    .init(kind: .float64, storage: .init(chunk: automatic, lzf: true, shuffle: true)),
    .init(kind: .bfloat16, storage: .init(chunk: [93, 31], lzf: true, shuffle: true)),
    .init(
      kind: .float32, storage: .init(chunk: automatic, lzf: true, shuffle: true, checksum: true)),
    .init(kind: .int8, storage: .init(chunk: [751, 211], lzf: true)),
    .init(kind: .uint8, storage: .init(chunk: automatic, lzf: true, shuffle: true)),
    .init(
      kind: .bfloat16Bits, isBigEndian: true, storage: .init(chunk: automatic, lzf: true)),
    .init(
      kind: .float32, storage: .init(chunk: automatic, gzip: 1, isExtendible: true),
      note: "extendible"),
    .init(
      kind: .float16,
      storage: .init(chunk: automatic, gzip: 1, shuffle: true, leavesPartialChunks: true),
      note: "partial chunks unfiltered"),
    .init(
      kind: .float16, storage: .init(chunk: automatic, shuffle: true, leavesPartialChunks: true),
      note: "partial chunks unfiltered"),
  ]

  private func write(
    _ encoding: StoredEncoding, _ numbers: [Int] = numbers, shape: [Int] = shape,
    latest: Bool = false, ordered: Bool = false
  ) throws {
    let file = try RawFile(path, latest: latest)
    if ordered { file.orderedGroup("train") } else { file.group("train") }
    try encoding.write(numbers.flatMap { encoding.encode($0).bytes }, shape: shape, to: file)
  }

  private func expectValues(
    _ expected: [Float], shape: [Int] = shape, _ type: FeatureType,
    location: SourceLocation = #_sourceLocation
  ) throws {
    for threads in [1, 3] {
      let file = try FeatureFile(path: path, threads: threads)
      #expect(try file.description(of: .train).visualType == type, sourceLocation: location)
      var ranges = [0..<shape[0]]
      for step in 0..<6 {
        let first = step * 977 % shape[0]
        ranges.append(first..<first + 1 + step * step * 131 % (shape[0] - first))
      }
      for rows in ranges {
        let read = try file.readVisual(.train, rows: rows).values
        let slice = expected[rows.lowerBound * shape[1]..<rows.upperBound * shape[1]]
        let same = zip(read, slice).allSatisfy { $0.bitPattern == $1.bitPattern }
        #expect(
          same && read.count == slice.count, "rows \(rows), \(threads) threads",
          sourceLocation: location)
      }
      let whole = Matrix(rowCount: shape[0], columnCount: shape[1], values: expected)
      #expect(
        try StreamedRows.matches(FileRows(.visual, of: .train, in: file), whole),
        sourceLocation: location)
    }
  }

  @Test(arguments: table)
  func isReadBitForBit(encoding: StoredEncoding) throws {
    try write(encoding)
    try expectValues(encoding.values(Self.numbers, width: Self.shape[1]), encoding.featureType)
  }

  @Test(arguments: [StoredEncoding.Kind.float32, .float16, .int8])
  func compactLayout(kind: StoredEncoding.Kind) throws {
    let encoding = StoredEncoding(kind: kind, storage: .init(isCompact: true))
    let numbers = Array(Self.numbers[..<60])
    try write(encoding, numbers, shape: [12, 5])
    try expectValues(
      encoding.values(numbers, width: 5), shape: [12, 5],
      kind == .int8 ? .int8 : encoding.featureType)
  }

  @Test(arguments: [StoredEncoding.Kind.float32, .float16, .bfloat16Bits, .int8, .uint8])
  func chunksThatWereNeverWrittenHoldTheFillValue(kind: StoredEncoding.Kind) throws {
    let fill = StoredEncoding(kind: kind).encode(77).bytes
    let encoding = StoredEncoding(
      kind: kind, storage: .init(chunk: Self.automatic, gzip: 1, fill: fill))
    try write(encoding, [])
    try expectValues(
      encoding.values(Self.numbers.map { _ in 77 }, width: Self.shape[1]), encoding.featureType)
  }

  @Test(arguments: [false, true], [false, true])
  func newAndOrderedFiles(latest: Bool, ordered: Bool) throws {
    let encoding = StoredEncoding(kind: .uint8, storage: .init(chunk: Self.automatic, gzip: 1))
    try write(encoding, latest: latest, ordered: ordered)
    try expectValues(encoding.values(Self.numbers, width: Self.shape[1]), .uint8)
  }

  @Test(arguments: RawFile.TextKind.allCases, ["dtype", "encoding", "type"])
  func bfloat16IsNamedByAStringOfAnyKind(kind: RawFile.TextKind, name: String) throws {
    let encoding = StoredEncoding(kind: .bfloat16Bits)
    let numbers = Array(Self.numbers[..<60])
    let file = try RawFile(path)
    file.group("train")
    try file.dataset(
      "train/visual", shape: [12, 5], values: numbers.flatMap { encoding.encode($0).bytes },
      memory: encoding.type)
    file.attribute("train/visual", name, text: "bfloat16", kind: kind)
    try expectValues(encoding.values(numbers, width: 5), shape: [12, 5], .bfloat16)
  }

  @Test func eachColumnHasItsOwnScale() throws {
    let numbers = (0..<33).map { $0 * 7 - 110 }
    let scales: [Float] = [0.1, -3, 1e-20]
    let zeros: [Float] = [-128, 0, 1.5]
    let file = try RawFile(path)
    file.group("train")
    try file.integers(
      "train/visual", numbers.map { Int64($0) }, shape: [11, 3], type: chdf5_std_i8le())
    file.attribute("train/visual", "scale", numbers: scales.map { Double($0) }, shape: [3])
    file.attribute("train/visual", "zero_point", numbers: zeros.map { Double($0) }, shape: [3])
    let expected = numbers.enumerated().map { (Float($1) - zeros[$0 % 3]) * scales[$0 % 3] }
    try expectValues(expected, shape: [11, 3], .int8)
  }

  /// Written through HDF5, read through it: the filter that this package registers.
  @Test func partsOfLZFChunksAreReadThroughHDF5() throws {
    let encoding = StoredEncoding(kind: .float32, storage: .init(chunk: [1_500, 211], lzf: true))
    try write(encoding)
    let expected = encoding.values(Self.numbers, width: Self.shape[1])
    let part = try FeatureFile(path: path).readVisual(.train, rows: 700..<702)
    #expect(part.values == Array(expected[700 * 211..<702 * 211]))
  }
}
