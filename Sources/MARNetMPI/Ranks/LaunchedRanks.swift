// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Ranks that are processes of one job, which end together.
package protocol LaunchedRanks: RankGroup {
  /// Name of the machine this rank runs on.
  var host: String { get }

  /// Ends the whole job, with one message on standard error.
  ///
  /// Several ranks may call it for one cause, as a file that none of them finds: the higher a rank,
  /// the later it speaks, and the first that does so ends the others.
  ///
  /// - Parameters:
  ///   - message: where, what was found, what was needed, one remedy.
  ///   - status: exit status of the job, 1 to 127.
  func fail(message: String, status: Int32) -> Never

  /// Leaves the job; returns once all ranks have called it. No operation may follow.
  func finish()
}
