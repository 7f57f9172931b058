// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import TestSupport
import Testing

/// Rows in memory in their stored type, and statistics over blocks of them.
@Suite struct StoredRowsTests {
  private func half(_ count: Int, _ width: Int) -> Matrix {
    var values = Seeded.normal(count, width, seed: 3)
    for row in 0..<count {
      for column in 0..<width { values[row, column] = Float(Float16(values[row, column])) }
    }
    values[0, 0] = -0
    values[1, 0] = 65_504
    values[2, 0] = 6e-8
    values[2, 0] = Float(Float16(values[2, 0]))
    return values
  }

  private func matrix(_ rows: any FeatureRows) throws -> Matrix {
    try Matrix(rowCount: rows.rowCount, columnCount: rows.width) {
      try rows.read(0..<rows.rowCount, into: $0)
    }
  }

  @Test func halfPrecisionIsExact() throws {
    let values = half(37, 11)
    let stored = StoredRows(rowCount: 37, width: 11, type: .float16)
    stored.store(values.view.rows(0..<20), at: 0)
    stored.store(values.view.rows(20..<37), at: 20)
    let found = try matrix(stored)
    #expect(found.values.map(\.bitPattern) == values.values.map(\.bitPattern))
    #expect(stored.rowBytes == 22)
    withExtendedLifetime(values) {}
  }

  @Test func bfloat16IsExact() throws {
    let bits = (0..<40).map { Float(bitPattern: UInt32($0 * 1_637 & 0x7F7F) << 16) }
    let values = Matrix(rowCount: 8, columnCount: 5, values: bits)
    let stored = StoredRows(rowCount: 8, width: 5, type: .bfloat16)
    stored.store(values.view, at: 0)
    #expect(try matrix(stored).values.map(\.bitPattern) == bits.map(\.bitPattern))
    withExtendedLifetime(values) {}
  }

  @Test(arguments: [FeatureType.float64, .float32]) func othersAreFloat32(type: FeatureType) {
    let stored = StoredRows(rowCount: 3, width: 2, type: type)
    #expect(stored.storedType == .float32 && stored.rowBytes == 8)
  }

  /// A file of several blocks, chunks and types, whole and in part.
  @Test(arguments: [FeatureType.float16, .float32]) func rowsOfAFile(type: FeatureType) throws {
    let folder = try TemporaryFolder()
    let values = half(5_000, 600)
    let path = folder.file("f.h5")
    let writer = try FeatureFileWriter(
      path: path, classNames: ["a", "b"],
      options: FeatureFileOptions(type: type, chunkRows: 333))
    try writer.begin(.train, FeatureSplitPlan(rowCount: 5_000, visualWidth: 600))
    try writer.append(
      FeatureBlock(visual: values, labels: (0..<5_000).map { Int32($0 % 2) }))
    try writer.finish()
    let rows = try FileRows(.visual, of: .train, in: FeatureFile(path: path))
    #expect(rows.readingBlocks.count == 2 && rows.readingBlocks[0].count % 333 == 0)
    #expect(try matrix(rows.stored()) == values)
    let some = (0..<5_000).filter { $0 % 7 == 3 || $0 > 4_990 }
    #expect(try matrix(rows.stored(at: some)) == values.rows(at: some))
    #expect(try rows.stored(at: []).rowCount == 0)
  }

  /// Sums in Double, row after row.
  private func reference(_ values: Matrix, rows: [Int]) -> Standardizer {
    let view = values.view
    let count = Double(rows.count)
    let mean = (0..<values.columnCount).map { column in
      rows.reduce(0.0) { $0 + Double(view.row($1)[column]) } / count
    }
    let scale = mean.indices.map { column in
      let squares = rows.reduce(0.0) { sum, row in
        let deviation = Double(view.row(row)[column]) - mean[column]
        return sum + deviation * deviation
      }
      let deviation = (squares / count).squareRoot()
      return deviation < 1e-6 ? 0 : Float(1 / deviation)
    }
    withExtendedLifetime(values) {}
    return Standardizer(mean: mean.map { Float($0) }, scale: scale)
  }

  /// Statistics over blocks have the bits of those over the whole.
  @Test(arguments: [1, 3]) func statisticsOverBlocks(threads: Int) throws {
    let values = half(9_000, 700)
    let rows = StoredRows(values)
    #expect(rows.readingBlocks.count > 2)
    let isUsed = (0..<9_000).map { $0 % 3 > 0 }
    let pool = WorkerPool(threads: threads)
    let expected = reference(values, rows: (0..<9_000).filter { isUsed[$0] })
    var seen = 0
    let found = try Standardizer(scanning: rows, isUsed: isUsed, pool: pool) { range, block in
      #expect(range.lowerBound == seen && block.rowCount == range.count)
      seen = range.upperBound
    }
    #expect(found == expected && seen == 9_000)
    let parts = try Standardizer(scanning: rows, parts: 7, pool: pool)
    #expect(
      parts
        == reference(
          values.reshaped(rowCount: 63_000, columnCount: 100), rows: Array(0..<63_000)))
  }
}
