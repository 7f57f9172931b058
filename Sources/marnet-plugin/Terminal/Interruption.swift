// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Ctrl-C and SIGTERM ask for a clean stop; a second one ends the process at once.
enum Interruption {
  private static let flag = Atomic<Bool>(false)
  private static let continuation = Atomic<Bool>(false)

  /// Whether a stop was asked for.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Whether the process went on after Ctrl-Z: what it had drawn is not where it was. True once.
  static func takeContinuation() -> Bool { continuation.exchange(false, ordering: .relaxed) }

  static func watch() {
    _ = isRequested
    _ = continuation.load(ordering: .relaxed)
    // Beyond a limit on file sizes, writing fails with an error that can be told.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGCONT) { _ in Interruption.continuation.store(true, ordering: .relaxed) }
    for number in [SIGINT, SIGTERM] { watch(number) }
  }

  /// Lets the signal `number` ask for a stop.
  static func watch(_ number: Int32) {
    signal(number) { received in
      Interruption.flag.store(true, ordering: .relaxed)
      signal(received, SIG_DFL)
    }
  }
}
