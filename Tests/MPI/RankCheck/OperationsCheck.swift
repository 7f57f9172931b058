// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// Every operation, with the values that must come out.
struct OperationsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operations", abstract: "Every operation, against the values that must come out.")

  @OptionGroup var options: JoinOptions

  func run() throws {
    let ranks = try options.join()
    sums(ranks)
    sumsUnderWay(ranks)
    gathers(ranks)
    broadcasts(ranks)
    conveniences(ranks)
    ranks.say("all operations on \(ranks.count) ranks")
    ranks.finish()
  }

  private static let counts = [0, 1, 3, 16, 17, 1_000, 8_192, 100_003]

  /// Sums of Double, to the bit; also of what is not finite, and of negative zeros.
  private func sums(_ ranks: any LaunchedRanks) {
    for (salt, count) in Self.counts.enumerated() {
      var values = (0..<count).map { RankValues.value($0, rank: ranks.rank, salt: salt) }
      ranks.sum(&values)
      for (index, value) in values.enumerated() {
        let expected = RankValues.sum(Double.self, index, ranks: ranks.count, salt: salt)
        ranks.expect(
          value.bitPattern == expected.bitPattern || ranks.count == 1,
          "value \(index) of \(count) is \(value), not \(expected)")
      }
    }
    var special = [Double.infinity, ranks.isFirst ? .nan : 1, -0.0]
    ranks.sum(&special)
    ranks.expect(special[0] == .infinity && special[1].isNaN && special[2] == 0, "\(special)")
  }

  /// Many sums of Float at once, begun while ranks are late, beside other operations.
  private func sumsUnderWay(_ ranks: any LaunchedRanks) {
    let blocks = Self.counts.enumerated().map { salt, count in
      let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
      for index in 0..<count {
        block[index] = Float(RankValues.value(index, rank: ranks.rank, salt: salt))
      }
      return block
    }
    defer { for block in blocks { block.deallocate() } }
    for (salt, block) in blocks.enumerated() {
      usleep(UInt32(RankValues.mixed(UInt64(salt * 31 + ranks.rank)) % 2_000))
      ranks.beginSum(block)
      ranks.advanceSums()
      if salt == 3 { ranks.expect(ranks.any(!ranks.isFirst) == ranks.isShared, "any") }
      if salt == 5 {
        let all = ranks.gathered([UInt16](repeating: UInt16(ranks.rank), count: ranks.rank))
        let expected = (0..<ranks.count).flatMap { [UInt16](repeating: UInt16($0), count: $0) }
        ranks.expect(all == expected, "a gather beside sums: \(all)")
      }
    }
    ranks.finishSums()
    for (salt, block) in blocks.enumerated() {
      for index in block.indices where ranks.isShared {
        let expected = RankValues.sum(Float.self, index, ranks: ranks.count, salt: salt)
        ranks.expect(
          block[index].bitPattern == expected.bitPattern,
          "float \(index) of \(block.count) is \(block[index]), not \(expected)")
      }
    }
    ranks.finishSums()
  }

  /// Gathers of uneven sizes, some of nothing; with the own bytes in their place and elsewhere.
  private func gathers(_ ranks: any LaunchedRanks) {
    for size in [0, 1, 5, 1_000, 70_001] {
      let byteCounts = (0..<ranks.count).map { $0 == 1 ? 0 : size * ($0 + 1) }
      let offset = byteCounts[..<ranks.rank].reduce(0, +)
      let own = (0..<byteCounts[ranks.rank]).map { RankValues.byte($0, rank: ranks.rank) }
      let expected = byteCounts.enumerated().flatMap { rank, count in
        (0..<count).map { RankValues.byte($0, rank: rank) }
      }
      for isInPlace in [false, true] {
        var all = [UInt8](repeating: 0, count: expected.count)
        if isInPlace { all.replaceSubrange(offset..<offset + own.count, with: own) }
        all.withUnsafeMutableBytes { all in
          byteCounts.withUnsafeBufferPointer { byteCounts in
            if isInPlace {
              let place = UnsafeRawBufferPointer(rebasing: all[offset..<offset + own.count])
              ranks.gather(place, into: all, byteCounts: byteCounts)
            } else {
              own.withUnsafeBytes { ranks.gather($0, into: all, byteCounts: byteCounts) }
            }
          }
        }
        ranks.expect(all == expected, "a gather of \(byteCounts), in place: \(isInPlace)")
      }
    }
  }

  private func broadcasts(_ ranks: any LaunchedRanks) {
    for count in [0, 1, 1_000, 300_007] {
      var bytes = (0..<count).map { RankValues.byte($0, rank: ranks.rank) }
      bytes.withUnsafeMutableBytes { ranks.broadcast($0) }
      let expected = (0..<count).map { RankValues.byte($0, rank: 0) }
      ranks.expect(bytes == expected, "a broadcast of \(count) bytes")
    }
  }

  private func conveniences(_ ranks: any LaunchedRanks) {
    ranks.expect(ranks.any(false) == false, "any(false)")
    ranks.expect(ranks.any(ranks.rank == ranks.count - 1), "any of the last rank")
    let first = ranks.fromFirst(ranks.isFirst ? [3.5, 4.5] : [])
    ranks.expect(first == [3.5, 4.5], "fromFirst gave \(first)")
    ranks.expect(!ranks.host.isEmpty, "a host without a name")
  }
}
