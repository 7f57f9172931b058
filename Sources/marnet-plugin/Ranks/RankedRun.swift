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
  /// - Parameters:
  ///   - timeout: seconds that a rank waits for another.
  ///   - first: what the first rank does of the outcome once the others have left: nobody waits.
  static func run<Outcome>(
    timeout: Int, _ work: (any RankGroup) throws -> Outcome?, first: (Outcome) throws -> Void
  ) throws {
    guard let ranks = try MPILaunch.join(timeout: .seconds(timeout), line: line) else {
      if let outcome = try work(SingleRank.only) { try first(outcome) }
      return
    }
    // Schedulers announce the end of a job's time with it, and mpirun passes it on.
    Interruption.watch(SIGUSR1)
    let outcome: Outcome?
    do {
      outcome = try work(ranks)
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
    guard ranks.isFirst else { throw ExitCode.success }
    if let outcome { try first(outcome) }
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
