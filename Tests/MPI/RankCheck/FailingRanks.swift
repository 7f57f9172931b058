// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// Ranks that end the job.
struct FailingRanks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fail", abstract: "End the job from one rank, or from all at once.")

  @OptionGroup var options: JoinOptions

  @Option(help: "The rank that fails; all of them where none is named.")
  var rank: Int?

  @Option(help: "Exit status.")
  var status: Int32 = 66

  func run() throws {
    let ranks = try options.join()
    if rank == nil || rank == ranks.rank {
      ranks.fail(message: "part.h5: no such file. Check the path.", status: status)
    }
    // Never: one of them does not come.
    _ = ranks.any(true)
    ranks.finish()
  }
}

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

/// Ranks that leave together.
struct LeavingRanks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave", abstract: "Leave the job together, with an exit status.")

  @OptionGroup var options: JoinOptions

  @Option(help: "Exit status of every rank.")
  var status: Int32 = 75

  func run() throws {
    let ranks = try options.join()
    ranks.say("leaving")
    ranks.finish()
    throw ExitCode(status)
  }
}
