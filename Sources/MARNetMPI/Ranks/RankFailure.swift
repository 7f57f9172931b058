// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Why a rank ends the whole job.
package struct RankFailure: Sendable, Equatable {
  package let rank: Int
  package let count: Int
  package let host: String
  /// Where, what was found, what was needed, one remedy.
  package let message: String

  package init(rank: Int, count: Int, host: String, message: String) {
    self.rank = rank
    self.count = count
    self.host = host
    self.message = message
  }

  /// A rank waited in vain, in `operation`.
  package static func waited(
    _ timeout: Duration, in operation: String, rank: Int, count: Int, host: String
  ) -> RankFailure {
    let seconds = timeout / .seconds(1)
    let text = seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    return RankFailure(
      rank: rank, count: count, host: host,
      message: "waited \(text) s for the other ranks (in: \(operation)): one of them is dead, hung "
        + "or too slow. Raise '--collective-timeout', or look at the others.")
  }

  /// Who, and why.
  package var text: String { "rank \(rank) of \(count) on '\(host)': \(message)" }

  /// As it stands on standard error where nobody asks for another form.
  package var line: String { "error: \(text)" }

  /// Time for the ranks before this one to speak, and to end the job.
  package static func pause(rank: Int) -> Duration {
    rank == 0 ? .zero : min(.milliseconds(500 + 300 * rank), .seconds(5))
  }

  /// Time for a launcher to end the other processes once one has left with an error: that of Open
  /// MPI takes half a second, where `MPI_Abort` takes a tenth.
  static let launcherPause = Duration.seconds(2)

  /// Returns where nobody else has ended the job in time.
  static func letEarlierRanksSpeak(rank: Int, longer: Duration = .zero) {
    let pause = pause(rank: rank) + longer
    guard pause > .zero else { return }
    // The launcher ends the others by this signal, which the command keeps for a clean stop.
    signal(SIGTERM, SIG_DFL)
    let end = ContinuousClock.now + pause
    // A signal before that one, such as SIGCONT, ends a sleep early.
    while ContinuousClock.now < end { usleep(10_000) }
  }

  /// Writes a line, at once and as a whole, so that those of several ranks do not mix. A standard
  /// error that nobody reads is no reason not to end the job.
  static func report(_ line: String) {
    let text = line + "\n"
    text.withCString { _ = write(STDERR_FILENO, $0, text.utf8.count) }
    // The launcher of MPICH drops what it has not passed on when a job is ended.
    usleep(100_000)
  }
}
