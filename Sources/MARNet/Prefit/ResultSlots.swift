// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One result a task, set from any worker.
final class ResultSlots<Value: Sendable>: Sendable {
  private let slots: Mutex<[Value?]>

  init(count: Int) { slots = Mutex([Value?](repeating: nil, count: count)) }

  func set(_ index: Int, _ value: Value) {
    slots.withLock { $0[index] = value }
  }

  /// All results in task order.
  var values: [Value] { slots.withLock { $0.compactMap { $0 } } }
}
