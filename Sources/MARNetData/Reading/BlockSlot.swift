// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A place for one block between the thread that reads and the one that works.
///
/// `@unchecked Sendable` because the monitor guards every field.
final class BlockSlot<Block: Sendable>: @unchecked Sendable {
  private var block: Result<Block, any Error>?
  private var isClosed = false
  private let monitor = Monitor()

  /// Waits until the slot is empty; false when nobody will take a block any more.
  func awaitRoom() -> Bool {
    monitor.locked {
      monitor.wait { block != nil && !isClosed }
      return !isClosed
    }
  }

  /// Puts a block into the empty slot.
  func put(_ new: Result<Block, any Error>) {
    monitor.locked {
      precondition(block == nil, "a block was put on top of another")
      block = new
    }
  }

  /// Waits for a block and takes it.
  ///
  /// - Precondition: the other side puts one, or has put one.
  func take() -> Result<Block, any Error> {
    monitor.locked {
      monitor.wait { block == nil }
      guard let taken = block else { preconditionFailure("the wait ended without a block") }
      block = nil
      return taken
    }
  }

  /// Tells the other side that no block will be taken any more.
  func close() {
    monitor.locked { isClosed = true }
  }
}
