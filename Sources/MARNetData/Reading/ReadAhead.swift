// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Reads the next block on a thread of its own while the present one is worked on.
///
/// Two blocks exist at most: the next is read only when the one before was taken. An error
/// of the reader is thrown where its block would have come, after all blocks before it.
package enum ReadAhead {
  /// Reads the blocks of `ranges` in order and hands each to `consume`, on this thread.
  ///
  /// When `consume` throws, the block being read is still read to its end, and dropped.
  /// The reading thread has ended when this returns or throws.
  ///
  /// - Parameters:
  ///   - read: makes the block of a range; called on another thread, one call at a time.
  ///   - consume: works on a block, which it does not keep.
  /// - Throws: what `read` or `consume` throws first, in the order of the blocks.
  package static func forEach<Block: Sendable>(
    _ ranges: [Range<Int>], read: @escaping @Sendable (Range<Int>) throws -> Block,
    consume: (Range<Int>, Block) throws -> Void
  ) throws {
    let slot = BlockSlot<Block>()
    // One block has nothing to be read beside. A system without threads to spare reads
    // and works in turn.
    guard ranges.count > 1,
      let thread = JoinableThread({
        for range in ranges {
          guard slot.awaitRoom() else { return }
          let block = Result { try read(range) }
          slot.put(block)
          if case .failure = block { return }
        }
      })
    else {
      for range in ranges { try consume(range, try read(range)) }
      return
    }
    let outcome = Result {
      for range in ranges { try consume(range, try slot.take().get()) }
    }
    slot.close()
    thread.join()
    try outcome.get()
  }

  /// Reads blocks until `next` gives none and hands each to `consume`, as the other does.
  ///
  /// - Parameter next: makes the next block, nil behind the last one.
  package static func forEach<Block: Sendable>(
    _ next: @escaping @Sendable () throws -> Block?, consume: (Block) throws -> Void
  ) throws {
    let slot = BlockSlot<Block?>()
    guard
      let thread = JoinableThread({
        while slot.awaitRoom() {
          let block = Result { try next() }
          slot.put(block)
          guard case .success(.some) = block else { return }
        }
      })
    else {
      while let block = try next() { try consume(block) }
      return
    }
    let outcome = Result {
      while let block = try slot.take().get() { try consume(block) }
    }
    slot.close()
    thread.join()
    try outcome.get()
  }
}
