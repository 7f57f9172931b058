// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetDense
import MARNetMPI

/// Runs the work of a command on every process that an MPI launcher started.
enum RankedRun {
  /// Runs `work` with the ranks, or alone. An error of one rank ends all, with one message.
  ///
  /// - Parameter timeout: seconds that a rank waits for another.
  static func run(timeout: Int, _ work: (any RankGroup) throws -> Void) throws {
    guard let ranks = try MPILaunch.join(timeout: .seconds(timeout), line: line) else {
      return try work(SingleRank.only)
    }
    // Schedulers announce the end of a job's time with it, and mpirun passes it on.
    Interruption.watch(SIGUSR1)
    do {
      try work(ranks)
    } catch let error as ValidationError {
      throw error
    } catch {
      let failure = Failure(error)
      LiveBlock.clear()
      guard failure.code == .interrupted else {
        ranks.fail(message: failure.message, status: failure.exitStatus)
      }
      // All ranks stopped after the same step, so that each comes here.
      ranks.finish()
      if ranks.isFirst { throw error }
      throw ExitCode(failure.exitStatus)
    }
    ranks.finish()
    // The first rank says what there is to be said.
    if !ranks.isFirst { throw ExitCode.success }
  }

  /// The message of a rank that ends the job.
  @Sendable private static func line(_ failure: RankFailure, _ status: Int32) -> String {
    guard Console.logFormat == .jsonl else { return PrintableText.lines(failure.line) }
    var event = LogEvent("error")
    event.add("code", Failure.Code.allCases.first { $0.exitStatus == status }?.rawValue)
    event.add("exit_code", count: Int(status))
    event.add("message", failure.text)
    event.add("resume_command", nil as String?)
    return event.line
  }
}
