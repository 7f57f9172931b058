// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// How long sums over the ranks take.
struct SumBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time sums of gradients and of a few numbers.")

  @OptionGroup var options: JoinOptions

  @Option(parsing: .upToNextOption, help: "Megabytes (10^6) of gradients.")
  var megabytes: [Double] = [0.1, 1, 4, 16, 64]

  @Option(help: "Seconds of each measurement.")
  var seconds = 2.0

  @Flag(help: "JSON instead of a table.")
  var json = false

  struct Line: Encodable {
    let ranks: Int
    let bytes: Int
    let runs: Int
    let medianSeconds: Double
    let fastestSeconds: Double
    let slowestSeconds: Double
    /// Bytes of gradients a second.
    let bytesPerSecond: Double
  }

  func run() throws {
    let ranks = try options.join()
    var lines = [line(ranks, bytes: 64, few(ranks))]
    for megabytes in megabytes {
      let count = Int(megabytes * 1e6 / 4)
      lines.append(line(ranks, bytes: count * 4, gradients(ranks, count)))
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      ranks.say(String(decoding: try encoder.encode(lines), as: UTF8.self))
    } else {
      ranks.say("ranks      bytes     runs  median ms  fastest ms  slowest ms     MB/s")
      for line in lines {
        ranks.say(
          String(
            format: "%5d %10d %8d %10.3f %11.3f %11.3f %8.1f", line.ranks, line.bytes, line.runs,
            line.medianSeconds * 1e3, line.fastestSeconds * 1e3, line.slowestSeconds * 1e3,
            line.bytesPerSecond / 1e6))
      }
    }
    ranks.finish()
  }

  private func line(_ ranks: any LaunchedRanks, bytes: Int, _ seconds: [Double]) -> Line {
    let sorted = seconds.sorted()
    let median = sorted[sorted.count / 2]
    return Line(
      ranks: ranks.count, bytes: bytes, runs: sorted.count, medianSeconds: median,
      fastestSeconds: sorted[0], slowestSeconds: sorted[sorted.count - 1],
      bytesPerSecond: Double(bytes) / median)
  }

  /// Sums of eight numbers.
  private func few(_ ranks: any LaunchedRanks) -> [Double] {
    var values = [Double](repeating: 1, count: 8)
    return times(ranks) {
      for index in values.indices { values[index] = 1 }
      ranks.sum(&values)
    }
  }

  /// Sums of as many values of one block.
  private func gradients(_ ranks: any LaunchedRanks, _ count: Int) -> [Double] {
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { values.deallocate() }
    values.initialize(repeating: 0)
    return times(ranks) {
      ranks.beginSum(values)
      ranks.finishSums()
    }
  }

  /// Seconds of each run, as many on every rank.
  private func times(_ ranks: any LaunchedRanks, _ body: () -> Void) -> [Double] {
    let first = time { for _ in 0..<3 { body() } } / 3
    let runs = ranks.fromFirst([max(5, min(2_000, Int(seconds / first)))])[0]
    return (0..<runs).map { _ in
      _ = ranks.any(true)
      return time(body)
    }
  }

  private func time(_ body: () -> Void) -> Double {
    let (seconds, attoseconds) = SuspendingClock().measure(body).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
