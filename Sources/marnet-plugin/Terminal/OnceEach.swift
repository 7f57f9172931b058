// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Remembers which texts were said.
final class OnceEach: Sendable {
  private let said = Mutex<Set<String>>([])

  /// Whether `text` is new.
  func insert(_ text: String) -> Bool {
    said.withLock { $0.insert(text).inserted }
  }
}
