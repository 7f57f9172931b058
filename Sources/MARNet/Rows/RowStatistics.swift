// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// What one look at all training rows tells.
struct RowStatistics {
  let visual: Standardizer
  let text: Standardizer
  /// `[N]`, hashes of the visual rows.
  let keys: [UInt64]
  let fingerprint: String
  let distinctTexts: Int

  init(_ source: PairedSource, pool: WorkerPool) throws {
    var fingerprint = Fingerprint(
      rowCount: source.rowCount, visualWidth: source.visual.width,
      textWidth: source.text?.width, classNames: source.classNames)
    var keys = [UInt64](repeating: 0, count: source.rowCount)
    visual = try Standardizer(scanning: source.visual, pool: pool) { rows, block in
      Self.hash(block, into: &keys, at: rows.lowerBound)
    }
    keys = Self.gathered(keys, of: source.visual)
    fingerprint.add(rowHashes: keys)
    self.keys = keys
    if let texts = source.text {
      var hashes = [UInt64](repeating: 0, count: source.rowCount)
      text = try Standardizer(scanning: texts, isUsed: source.hasText, pool: pool) {
        rows, block in
        Self.hash(block, into: &hashes, at: rows.lowerBound)
      }
      hashes = Self.gathered(hashes, of: texts)
      fingerprint.add(rowHashes: hashes)
      distinctTexts = Self.distinct(hashes, where: source.hasText)
    } else {
      text = Standardizer(mean: [0], scale: [0])
      distinctTexts = 0
    }
    fingerprint.add(hasText: source.hasText, labels: source.labels)
    self.fingerprint = fingerprint.text
  }

  /// Hashes of all rows.
  static func keys(of rows: any FeatureRows) throws -> [UInt64] {
    var keys = [UInt64](repeating: 0, count: rows.rowCount)
    try rows.forEachBlock { range, block in hash(block, into: &keys, at: range.lowerBound) }
    return gathered(keys, of: rows)
  }

  /// The hashes of all ranks' rows, of which each rank has those of its own.
  private static func gathered(_ hashes: [UInt64], of rows: any FeatureRows) -> [UInt64] {
    rows.ranks.isShared ? rows.ranks.gathered(Array(hashes[rows.ownRows])) : hashes
  }

  private static func hash(_ block: Matrix, into keys: inout [UInt64], at first: Int) {
    keys.withUnsafeMutableBufferPointer { keys in
      if let base = keys.baseAddress { RandomKey.contentRows(block.view, into: base + first) }
    }
    withExtendedLifetime(block) {}
  }

  /// Sorted, not kept in a set: a set of millions takes several times the memory.
  private static func distinct(_ hashes: [UInt64], where isUsed: [Bool]) -> Int {
    var used = zip(hashes, isUsed).compactMap { $1 ? $0 : nil }
    used.sort()
    return used.indices.count { $0 == 0 || used[$0] != used[$0 - 1] }
  }
}
