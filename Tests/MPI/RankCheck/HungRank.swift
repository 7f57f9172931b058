// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// A rank that does not come.
struct HungRank: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hang", abstract: "Wait for a rank that sleeps.")

  enum Operation: String, ExpressibleByArgument, CaseIterable {
    case sum, sums, gather, broadcast, end
  }

  @OptionGroup var options: JoinOptions

  @Option(help: "The rank that sleeps.")
  var rank = 1

  @Option(help: "How long, in seconds.")
  var sleep = 600.0

  @Option(help: "What the others wait in.")
  var `in` = Operation.sums

  func run() throws {
    let ranks = try options.join()
    ranks.expect(ranks.any(true), "any")
    let pids = ranks.gathered([getpid()])
    ranks.say("processes: \(pids.map { "\($0)" }.joined(separator: " "))")
    if ranks.rank == rank { usleep(UInt32(sleep * 1_000_000)) }
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 300_000)
    defer { values.deallocate() }
    values.initialize(repeating: 1)
    switch self.in {
    case .sum:
      _ = ranks.any(true)
    case .sums:
      ranks.beginSum(values)
      ranks.finishSums()
    case .gather:
      var byteCounts = [Int](repeating: 0, count: ranks.count)
      byteCounts[rank] = values.count * 4
      let own = UnsafeRawBufferPointer(values)
      byteCounts.withUnsafeBufferPointer {
        ranks.gather(
          ranks.rank == rank ? own : .init(rebasing: own[..<0]),
          into: UnsafeMutableRawBufferPointer(values), byteCounts: $0)
      }
    case .broadcast: ranks.broadcast(UnsafeMutableRawBufferPointer(values))
    case .end: break
    }
    ranks.finish()
  }
}
