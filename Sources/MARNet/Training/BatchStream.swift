// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Deals the rows of a training, or of a part of them, out into their places of each batch, epoch
/// after epoch, in the order of a `ShufflePlan`; what does not fill its places at the end of an
/// epoch is left out.
///
/// Rows in memory and rows of a file come in the same order with the same bits.
final class BatchStream {
  private let plan: ShufflePlan
  private let buffer: BatchBuffer
  private let places: Range<Int>
  private let supply: Supply
  private var epoch = 0
  private var windows: [ShufflePlan.Window] = []
  private var current: Drawn?
  /// Places of the current window in the order in which they are dealt.
  private var order: [Int] = []
  private var dealt = 0
  private var hasBegun = false
  private var slots: [Int]
  private static let taskRows = 32

  private struct Drawn {
    let index: Int
    let window: any TrainingWindow
  }

  private enum Supply {
    case resident(ResidentWindow)
    case file(WindowReader)
  }

  /// - Parameters:
  ///   - buffer: where batches are put together.
  ///   - places: those of `buffer` that these rows fill.
  ///   - epochCount: of the training.
  init(
    _ rows: TrainingRows, plan: ShufflePlan, into buffer: BatchBuffer, places: Range<Int>,
    epochCount: Int
  ) {
    self.plan = plan
    self.buffer = buffer
    self.places = places
    slots = [Int](repeating: 0, count: buffer.rowCount)
    if rows.rows.isResident {
      supply = .resident(ResidentWindow(rows: rows))
    } else {
      supply = .file(WindowReader(rows, plan: plan, epochCount: epochCount))
    }
    order.reserveCapacity(plan.windowRows)
  }

  deinit {
    if case .file(let reader) = supply { reader.close() }
  }

  /// Begins an epoch; what is left of the one before is dropped.
  ///
  /// - Parameter batchCount: batches that were dealt before, by a run that this one goes on with.
  func beginEpoch(_ epoch: Int, after batchCount: Int = 0) throws {
    giveBack(current)
    current = nil
    self.epoch = epoch
    windows = plan.windows(epoch: epoch)
    var (index, rowsBefore) = (0, batchCount * places.count)
    while rowsBefore >= windows[index].rowCount, index + 1 < windows.count {
      rowsBefore -= windows[index].rowCount
      index += 1
    }
    if !hasBegun, case .file(let reader) = supply { reader.start(epoch: epoch, index: index) }
    hasBegun = true
    try open(index)
    dealt = rowsBefore
  }

  /// Writes the rows of the next batch of the epoch.
  ///
  /// - Throws: `DataError` when they cannot be read.
  func next(pool: WorkerPool) throws {
    var place = places.lowerBound
    while place < places.upperBound {
      if dealt == order.count, let index = current?.index { try open(index + 1) }
      guard let drawn = current else { preconditionFailure("a batch before the epoch") }
      let count = min(places.upperBound - place, order.count - dealt)
      for offset in 0..<count { slots[place + offset] = order[dealt + offset] }
      write(place..<place + count, from: drawn, pool: pool)
      dealt += count
      place += count
    }
  }

  private func write(_ places: Range<Int>, from drawn: Drawn, pool: WorkerPool) {
    let (window, buffer) = (windows[drawn.index], buffer)
    slots.withUnsafeBufferPointer { slots in
      nonisolated(unsafe) let slots = slots
      pool.forEach((places.count + Self.taskRows - 1) / Self.taskRows) { task, _ in
        let first = places.lowerBound + task * Self.taskRows
        for place in first..<min(first + Self.taskRows, places.upperBound) {
          drawn.window.write(
            window.row(slots[place]), slot: slots[place], into: buffer, place: place)
        }
      }
    }
  }

  private func open(_ index: Int) throws {
    precondition(index < windows.count, "epoch \(epoch) has \(windows.count) windows")
    giveBack(current)
    current = nil
    switch supply {
    case .resident(let window): current = Drawn(index: index, window: window)
    case .file(let reader):
      current = Drawn(index: index, window: try reader.take(epoch: epoch, index: index))
    }
    plan.order(of: windows[index], index: index, epoch: epoch, into: &order)
    dealt = 0
  }

  private func giveBack(_ drawn: Drawn?) {
    guard case .file(let reader) = supply, let window = drawn?.window as? LoadedWindow else {
      return
    }
    reader.give(back: window)
  }
}
