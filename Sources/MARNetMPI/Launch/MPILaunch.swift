// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Working together with the processes that an MPI launcher started with this one.
package enum MPILaunch {
  /// What started this process; nil where it was started alone.
  package static var launcher: Launcher? { Launcher(ProcessInfo.processInfo.environment) }

  /// Whether a launcher started this process, as one of several or alone.
  package static var isUnderLauncher: Bool { launcher != nil }

  /// Joins the other processes.
  ///
  /// To be called once, before there are other threads.
  ///
  /// - Parameters:
  ///   - timeout: longest wait for the other ranks, after which the whole job ends.
  ///   - pieceBytes: of a sum or a broadcast at a time, 64 bytes to 1 GiB; nil chooses.
  ///   - line: what stands on standard error of a failure and its exit status.
  /// - Returns: nil where this process was started alone.
  /// - Throws: `MPILaunchError`; on ranks above 0 after a while, so that a launcher that ends all
  ///   processes with the first shows one message.
  package static func join(
    timeout: Duration, pieceBytes: Int? = nil,
    line: @escaping @Sendable (RankFailure, Int32) -> String = { failure, _ in failure.line }
  ) throws -> (any LaunchedRanks)? {
    guard let launcher else { return nil }
    do {
      #if MPI
        return try MPIRanks(launcher, timeout: timeout, pieceBytes: pieceBytes, line: line)
      #else
        if launcher.count == 1 { return nil }
        throw MPILaunchError.withoutMPI(launcher)
      #endif
    } catch {
      let rank = launcher.rank ?? 0
      RankFailure.letEarlierRanksSpeak(
        rank: rank, longer: rank > 0 ? RankFailure.launcherPause : .zero)
      throw error
    }
  }
}
