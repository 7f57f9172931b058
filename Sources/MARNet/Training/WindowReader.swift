// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads window after window of a file on a thread of its own, one ahead of the training: two
/// windows are in memory.
///
/// `@unchecked Sendable` because the mutex guards every field that changes.
final class WindowReader: @unchecked Sendable {
  private let plan: ShufflePlan
  private let epochCount: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var free: [LoadedWindow]
  private var ready: (epoch: Int, index: Int, window: Result<LoadedWindow, any Error>)?
  private var isClosed = false

  /// - Parameter epochCount: no window beyond it is read.
  init(_ rows: TrainingRows, plan: ShufflePlan, epochCount: Int) {
    self.plan = plan
    self.epochCount = epochCount
    free = (0..<2).map { _ in LoadedWindow(rows, rowCount: plan.windowRows) }
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Starts to read; nil when the system gives no thread.
  func start() -> JoinableThread? { JoinableThread { self.run() } }

  /// Waits for the window `index` of `epoch`; those before it that nobody took are dropped.
  func take(epoch: Int, index: Int) throws -> LoadedWindow {
    while true {
      let found = locked {
        while ready == nil { pthread_cond_wait(changed, mutex) }
        defer { ready = nil }
        return ready
      }
      guard let found else { continue }
      let window = try found.window.get()
      if (found.epoch, found.index) == (epoch, index) { return window }
      give(back: window)
    }
  }

  /// Lets a window be overwritten.
  func give(back window: LoadedWindow) { locked { free.append(window) } }

  /// Ends the reading; `take` must not be called any more.
  func close() { locked { isClosed = true } }

  private func run() {
    for epoch in 0..<epochCount {
      for (index, window) in plan.windows(epoch: epoch).enumerated() {
        let buffer = locked { () -> LoadedWindow? in
          while free.isEmpty && !isClosed { pthread_cond_wait(changed, mutex) }
          return isClosed ? nil : free.removeLast()
        }
        guard let buffer else { return }
        let result = Result {
          try buffer.fill(window, isWanted: { self.locked { !self.isClosed } })
          return buffer
        }
        let goesOn = locked {
          while ready != nil && !isClosed { pthread_cond_wait(changed, mutex) }
          if !isClosed { ready = (epoch, index, result) }
          return !isClosed
        }
        guard goesOn, case .success = result else { return }
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
