// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Remembers which rows have text where telling takes a pass over the features.
final class TextPresence: Sendable {
  private let known = Mutex<[Split: [Bool]]>([:])

  /// What is known of `split`, or what `scan` finds.
  func presence(
    of split: Split, scan: () throws(DataError) -> [Bool]
  ) throws(DataError) -> [Bool] {
    if let present = known.withLock({ $0[split] }) { return present }
    let present = try scan()
    known.withLock { $0[split] = present }
    return present
  }
}
