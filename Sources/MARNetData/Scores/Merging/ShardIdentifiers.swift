// SPDX-License-Identifier: Apache-2.0

/// String identifiers of shards, one shard open at a time.
final class ShardIdentifiers {
  private let shards: [HDF5ScoreFile]
  private var current: (shard: Int, dataset: HDF5Dataset)?

  /// - Parameter shards: in the order of their rows, without gaps.
  init(_ shards: [HDF5ScoreFile]) { self.shards = shards }

  /// The identifiers of `rows`, which are asked for in order.
  func read(_ rows: Range<Int>) throws -> [String] {
    var result: [String] = []
    var index = current?.shard ?? 0
    while index < shards.count, shards[index].rows.lowerBound < rows.upperBound {
      let own = shards[index].rows
      let shared = rows.clamped(to: own)
      if !shared.isEmpty {
        let first = shared.lowerBound - own.lowerBound
        result += try dataset(of: index).readStrings(first..<first + shared.count)
      }
      index += 1
    }
    return result
  }

  private func dataset(of index: Int) throws -> HDF5Dataset {
    if let current, current.shard == index { return current.dataset }
    guard let dataset = try HDF5File(reading: shards[index].path).root().dataset("id") else {
      throw ScoreFileError.notScores(
        path: shards[index].path, reason: "dataset 'id' is missing")
    }
    current = (index, dataset)
    return dataset
  }
}
