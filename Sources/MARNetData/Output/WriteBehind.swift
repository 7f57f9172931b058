// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes blocks on a thread of its own while the next ones are made: one block is being
/// written, one waits.
///
/// `@unchecked Sendable` because the mutex guards every field that changes.
package final class WriteBehind<Block: Sendable>: @unchecked Sendable {
  private let write: @Sendable (Block) throws -> Void
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: Block?
  private var isEnding = false
  private var failure: (any Error)?

  /// - Parameter write: called for one block after the other, on another thread where the
  ///   system has one to spare.
  package init(write: @escaping @Sendable (Block) throws -> Void) {
    self.write = write
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body`, which puts blocks, and returns when all of them are written.
  ///
  /// - Throws: what `body` throws, or what writing threw, whichever came first.
  package func run(_ body: (_ put: (Block) throws -> Void) throws -> Void) throws {
    guard let thread = JoinableThread({ self.serve() }) else { return try body(write) }
    let outcome = Result { try body(put) }
    locked { isEnding = true }
    thread.join()
    if let failure { throw failure }
    try outcome.get()
  }

  private func put(_ block: Block) throws {
    let failure = locked {
      while waiting != nil && self.failure == nil { pthread_cond_wait(changed, mutex) }
      if self.failure == nil { waiting = block }
      return self.failure
    }
    if let failure { throw failure }
  }

  private func serve() {
    while true {
      let block = locked {
        while waiting == nil && !isEnding { pthread_cond_wait(changed, mutex) }
        defer { waiting = nil }
        return waiting
      }
      guard let block else { return }
      do {
        try write(block)
      } catch {
        return locked { failure = error }
      }
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return body()
  }
}
