// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Reads window after window of a file on a thread of its own, one ahead of the training: two
/// windows are in memory, or the only one. A system without a thread to spare reads each when it
/// is asked for.
///
/// `@unchecked Sendable` because the monitor guards every field that changes.
final class WindowReader: @unchecked Sendable {
  private let plan: ShufflePlan
  private let epochCount: Int
  private let monitor = Monitor()
  private var thread: JoinableThread?
  private var free: [LoadedWindow]
  private var ready: (epoch: Int, index: Int, window: Result<LoadedWindow, any Error>)?
  private var isClosed = false

  /// - Parameter epochCount: no window beyond it is read.
  init(_ rows: TrainingRows, plan: ShufflePlan, epochCount: Int) {
    self.plan = plan
    self.epochCount = epochCount
    free = (0..<min(2, plan.windowCount)).map { _ in
      LoadedWindow(rows, rowCount: plan.windowRows)
    }
  }

  /// Begins to read at window `index` of `epoch`.
  func start(epoch: Int, index: Int) {
    thread = JoinableThread { self.run(from: (epoch, index)) }
  }

  /// Waits for the window `index` of `epoch`; those before it that nobody took are dropped.
  func take(epoch: Int, index: Int) throws -> LoadedWindow {
    guard thread != nil else {
      let window = monitor.locked { free.removeLast() }
      try window.fill(plan.windows(epoch: epoch)[index], isWanted: { true })
      return window
    }
    while true {
      let found = monitor.locked {
        monitor.wait { ready == nil }
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
  func give(back window: LoadedWindow) { monitor.locked { free.append(window) } }

  /// Ends the reading and waits for its end; `take` must not be called any more.
  func close() {
    monitor.locked { isClosed = true }
    thread?.join()
    thread = nil
  }

  private func run(from first: (epoch: Int, index: Int)) {
    for epoch in first.epoch..<epochCount {
      for (index, window) in plan.windows(epoch: epoch).enumerated()
      where (epoch, index) >= first {
        let buffer = monitor.locked { () -> LoadedWindow? in
          monitor.wait { free.isEmpty && !isClosed }
          return isClosed ? nil : free.removeLast()
        }
        guard let buffer else { return }
        let result = Result {
          try buffer.fill(window, isWanted: { self.monitor.locked { !self.isClosed } })
          return buffer
        }
        let goesOn = monitor.locked {
          monitor.wait { ready != nil && !isClosed }
          if !isClosed { ready = (epoch, index, result) }
          return !isClosed
        }
        guard goesOn, case .success = result else { return }
      }
    }
  }
}
