// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// More bytes than MPI counts in 32 bits; not run by CI, for the memory it takes.
struct LargeMessages: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "large", abstract: "Gather and broadcast more bytes than 32 bits count.")

  /// Bytes between those that are looked at: no divisor of a message's size.
  private static let step = 4_099

  @OptionGroup var options: JoinOptions

  @Option(help: "Bytes of every rank.")
  var bytes = 1_200_000_000

  func run() throws {
    let ranks = try options.join()
    let all = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes * ranks.count, alignment: 4_096)
    defer { all.deallocate() }
    let own = UnsafeMutableRawBufferPointer(
      rebasing: all[bytes * ranks.rank..<bytes * (ranks.rank + 1)])
    for index in stride(from: 0, to: bytes, by: Self.step) {
      own[index] = RankValues.byte(index, rank: ranks.rank)
    }
    let counts = [Int](repeating: bytes, count: ranks.count)
    counts.withUnsafeBufferPointer {
      ranks.gather(UnsafeRawBufferPointer(own), into: all, byteCounts: $0)
    }
    for rank in 0..<ranks.count {
      for index in stride(from: 0, to: bytes, by: Self.step) {
        ranks.expect(
          all[rank * bytes + index] == RankValues.byte(index, rank: rank),
          "byte \(index) of rank \(rank) in a gather of \(all.count)")
      }
    }
    for index in stride(from: 0, to: all.count, by: Self.step) {
      all[index] = RankValues.byte(index, rank: ranks.rank)
    }
    ranks.broadcast(all)
    for index in stride(from: 0, to: all.count, by: Self.step) {
      ranks.expect(
        all[index] == RankValues.byte(index, rank: 0),
        "byte \(index) in a broadcast of \(all.count)")
    }
    ranks.say("gathered and broadcast \(all.count) bytes on \(ranks.count) ranks")
    ranks.finish()
  }
}
