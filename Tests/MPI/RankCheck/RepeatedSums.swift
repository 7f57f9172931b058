// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// The same sums again and again, with ranks that come late at random.
struct RepeatedSums: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repeat", abstract: "The same sums many times, late at random; prints their bits.")

  @OptionGroup var options: JoinOptions

  @Option(help: "How many times.")
  var times = 200

  @Option(help: "Values of each of three sums under way at a time.")
  var values = 20_011

  func run() throws {
    let ranks = try options.join()
    var random = SystemRandomNumberGenerator()
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * values)
    defer { block.deallocate() }
    var digest: UInt64?
    for time in 0..<times {
      for index in block.indices {
        block[index] = Float(RankValues.value(index, rank: ranks.rank, salt: 7))
      }
      for part in 0..<3 {
        usleep(UInt32.random(in: 0..<3_000, using: &random))
        ranks.beginSum(.init(rebasing: block[part * values..<(part + 1) * values]))
      }
      ranks.finishSums()
      let found = block.reduce(UInt64(1)) { RankValues.mixed($0 ^ UInt64($1.bitPattern)) }
      ranks.expect(digest == nil || digest == found, "the bits of sum \(time) differ")
      digest = found
    }
    let digests = ranks.gathered([digest ?? 0])
    ranks.expect(Set(digests).count == 1, "ranks have different bits: \(digests)")
    ranks.say("\(times) times the same bits: \(String(digests[0], radix: 16))")
    ranks.finish()
  }
}
