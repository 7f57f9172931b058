// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A place for one block between the thread that reads and the one that works.
///
/// `@unchecked Sendable` because the mutex guards every field.
final class BlockSlot<Block: Sendable>: @unchecked Sendable {
  private var block: Result<Block, any Error>?
  private var isClosed = false
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Waits until the slot is empty; false when nobody will take a block any more.
  func awaitRoom() -> Bool {
    locked {
      while block != nil && !isClosed { pthread_cond_wait(changed, mutex) }
      return !isClosed
    }
  }

  /// Puts a block into the empty slot.
  func put(_ new: Result<Block, any Error>) {
    locked {
      precondition(block == nil, "a block was put on top of another")
      block = new
    }
  }

  /// Waits for a block and takes it.
  ///
  /// - Precondition: the other side puts one, or has put one.
  func take() -> Result<Block, any Error> {
    locked {
      while true {
        if let taken = block {
          block = nil
          return taken
        }
        pthread_cond_wait(changed, mutex)
      }
    }
  }

  /// Tells the other side that no block will be taken any more.
  func close() {
    locked { isClosed = true }
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
