// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Rows of which each rank reads its own part, wherever they lie.
package struct RankRows: FeatureRows {
  private let rows: any FeatureRows
  package let ranks: any RankGroup
  package let ownRows: Range<Int>
  /// Of every rank, in the order of the ranks.
  private let parts: [Range<Int>]

  /// - Parameters:
  ///   - rows: all of them, as every rank could read them.
  ///   - parts: of each rank; neighbours, and all rows together.
  package init(_ rows: any FeatureRows, ranks: any RankGroup, parts: [Range<Int>]) {
    precondition(
      parts.count == ranks.count && parts.first?.lowerBound == 0
        && parts.last?.upperBound == rows.rowCount
        && zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound },
      "\(parts) are not the parts of \(rows.rowCount) rows of \(ranks.count) ranks")
    self.rows = rows
    self.ranks = ranks
    self.parts = parts
    ownRows = parts[ranks.rank]
  }

  package var rowCount: Int { rows.rowCount }
  package var width: Int { rows.width }
  package var storedType: FeatureType { rows.storedType }
  package var chunkRows: Int { rows.chunkRows }

  package func read(_ range: Range<Int>, into target: MatrixView) throws {
    precondition(
      range.isEmpty || ownRows.contains(range.lowerBound) && range.upperBound <= ownRows.upperBound,
      "rows \(range) are another rank's: this one has \(ownRows)")
    try rows.read(range, into: target)
  }

  /// Each rank reads its own of them and gets the others' from these.
  package func stored(at wanted: [Int]?) throws -> StoredRows {
    let wanted = wanted ?? Array(0..<rowCount)
    let result = StoredRows(
      rowCount: wanted.count, width: width, type: storedType, chunkRows: chunkRows)
    let places = parts.map { part in
      wanted.insertionIndex(of: part.lowerBound)..<wanted.insertionIndex(of: part.upperBound)
    }
    let own = try rows.stored(at: Array(wanted[places[ranks.rank]]))
    let byteCounts = places.map { $0.count * rowBytes }
    byteCounts.withUnsafeBufferPointer {
      ranks.gather(UnsafeRawBufferPointer(own.bytes), into: result.bytes, byteCounts: $0)
    }
    withExtendedLifetime((own, result)) {}
    return result
  }
}
