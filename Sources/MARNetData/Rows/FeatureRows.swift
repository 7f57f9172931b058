// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The rows of one modality as the extractor gave them, in memory or in a file, to be read
/// again and again.
package protocol FeatureRows: Sendable {
  /// N.
  var rowCount: Int { get }
  /// Values of a row.
  var width: Int { get }
  /// The type that holds every value exactly, and in which memory is counted.
  var storedType: FeatureType { get }
  /// Rows that are best read together, such as those of a chunk; 1 where it does not matter.
  var chunkRows: Int { get }

  /// The ranks that each have a part of the rows.
  var ranks: any RankGroup { get }
  /// The rows that this rank reads; all where there is no other.
  var ownRows: Range<Int> { get }

  /// Reads the rows in `range`, all of them this rank's, into `target`, `[range.count, width]`.
  ///
  /// - Throws: `DataError` when they cannot be read or are not finite.
  func read(_ range: Range<Int>, into target: MatrixView) throws

  /// The rows at `rows`, ascending, in memory, or all of them. Every rank has them afterwards.
  func stored(at rows: [Int]?) throws -> StoredRows
}

extension FeatureRows {
  package var ranks: any RankGroup { SingleRank.only }
  package var ownRows: Range<Int> { 0..<rowCount }

  /// Bytes of a row in memory.
  package var rowBytes: Int { width * storedType.byteCount }

  /// Bytes of Float32 in a block that is read at once: enough to hide what a read costs.
  private var blockBytes: Int { 8 << 20 }

  /// Where blocks of this rank's rows that are read one after the other begin and end: at chunks.
  package var readingBlocks: [Range<Int>] {
    let chunk = max(1, chunkRows)
    let size = (blockBytes / (max(width, 1) * 4) / chunk + 1) * chunk
    let (first, end) = (ownRows.lowerBound, ownRows.upperBound)
    return stride(from: first / size * size, to: end, by: size).map {
      max($0, first)..<min($0 + size, end)
    }
  }

  /// Visits this rank's rows in order, block by block; a file is read ahead on another thread.
  package func forEachBlock(_ visit: (_ rows: Range<Int>, _ values: Matrix) throws -> Void) throws {
    try ReadAhead.forEach(readingBlocks) { rows in
      try Matrix(rowCount: rows.count, columnCount: width) { try read(rows, into: $0) }
    } consume: { rows, block in
      try visit(rows, block)
    }
  }

  /// All rows, in memory.
  package func stored() throws -> StoredRows { try stored(at: nil) }

  package func stored(at rows: [Int]?) throws -> StoredRows { try read(at: rows) }

  /// What `stored(at:)` is where this rank has all the rows: one pass over the blocks that hold
  /// any of `rows`.
  private func read(at rows: [Int]?) throws -> StoredRows {
    let result = StoredRows(
      rowCount: rows?.count ?? rowCount, width: width, type: storedType, chunkRows: chunkRows)
    guard let rows else {
      try forEachBlock { range, block in result.store(block.view, at: range.lowerBound) }
      return result
    }
    var next = 0
    var wanted: [(block: Range<Int>, places: Range<Int>)] = []
    for block in readingBlocks {
      let first = next
      while next < rows.count, rows[next] < block.upperBound { next += 1 }
      if next > first { wanted.append((block, first..<next)) }
    }
    precondition(next == rows.count, "rows \(rows) of \(rowCount) are not ascending")
    let places = Dictionary(uniqueKeysWithValues: wanted.map { ($0.block, $0.places) })
    try ReadAhead.forEach(wanted.map(\.block)) { block in
      try Matrix(rowCount: block.count, columnCount: width) { try read(block, into: $0) }
    } consume: { block, values in
      for place in places[block] ?? 0..<0 {
        let row = rows[place] - block.lowerBound
        result.store(values.view.rows(row..<row + 1), at: place)
      }
      withExtendedLifetime(values) {}
    }
    return result
  }
}
