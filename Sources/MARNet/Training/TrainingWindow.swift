// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Rows in memory from which batches are drawn.
protocol TrainingWindow: Sendable {
  /// Writes row `row`, which stands in place `slot` of the window, into place `place` of a
  /// batch.
  func write(_ row: Int, slot: Int, into batch: BatchBuffer, place: Int)
}

/// All rows of a training, in memory.
struct ResidentWindow: TrainingWindow {
  let rows: TrainingRows

  func write(_ row: Int, slot: Int, into batch: BatchBuffer, place: Int) {
    let source = rows.rows.source(row)
    rows.rows.visual.copyStored(source, into: batch.visual.row(place))
    rows.rows.text.copyStored(source, into: batch.text.row(place))
    rows.writeTarget(row, into: batch.targets.row(place))
    batch.writeMarks(row, of: rows, into: place)
  }
}

/// Rows of one window, read from a file: features in their stored type and, where they depend
/// on features, targets.
///
/// `@unchecked Sendable`: the reader fills it while nobody else has it.
final class LoadedWindow: TrainingWindow, @unchecked Sendable {
  private let rows: TrainingRows
  private let visual: StoredRows
  private let text: StoredRows
  private let targets: AlignedBuffer?
  private let classCount: Int
  /// What the file gave last, as Float32; grows where rows that are not used lie between those
  /// that are.
  private var block = AlignedBuffer(count: 0)
  /// Rows whose targets are computed at a time.
  private static let blockRows = 1_024

  /// Memory for windows of up to `rowCount` rows.
  init(_ rows: TrainingRows, rowCount: Int) {
    self.rows = rows
    classCount = rows.rows.classCount
    visual = StoredRows(
      rowCount: rowCount, width: rows.rows.visual.width, type: rows.rows.visual.rows.storedType)
    text = StoredRows(
      rowCount: rowCount, width: rows.rows.text.width, type: rows.rows.text.rows.storedType)
    targets = rows.needsFeatures ? AlignedBuffer(count: rowCount * classCount) : nil
  }

  func write(_ row: Int, slot: Int, into batch: BatchBuffer, place: Int) {
    let source = rows.rows.source(row)
    visual.copy(slot, into: batch.visual.row(place))
    rows.rows.visual.finish(source, batch.visual.row(place))
    text.copy(slot, into: batch.text.row(place))
    rows.rows.text.finish(source, batch.text.row(place))
    if let targets {
      batch.targets.row(place).update(
        from: targets.pointer + slot * classCount, count: classCount)
    } else {
      rows.writeTarget(row, into: batch.targets.row(place))
    }
    batch.writeMarks(row, of: rows, into: place)
  }

  /// Reads the rows of `window`, and computes their targets.
  ///
  /// - Parameter isWanted: asked between slabs; false ends the work early.
  func fill(_ window: ShufflePlan.Window, isWanted: () -> Bool) throws {
    var slot = 0
    for range in window.ranges {
      guard isWanted() else { return }
      try read(range, rows.rows.visual.rows, into: visual, at: slot)
      try read(range, rows.rows.text.rows, into: text, at: slot)
      slot += range.count
    }
    guard let targets, case .soft(let soft) = rows.targets else { return }
    for first in stride(from: 0, to: window.rowCount, by: Self.blockRows) {
      guard isWanted() else { return }
      let slots = first..<min(first + Self.blockRows, window.rowCount)
      var workspace = Workspace()
      let x = workspace.reserve(slots.count, visual.width)
      let s = workspace.reserve(slots.count, text.width)
      workspace.make()
      let positions = slots.map { window.row($0) }
      for (place, position) in positions.enumerated() {
        let source = rows.rows.source(position)
        visual.copy(slots.lowerBound + place, into: workspace[x].row(place))
        rows.rows.visual.finish(source, workspace[x].row(place))
        text.copy(slots.lowerBound + place, into: workspace[s].row(place))
        rows.rows.text.finish(source, workspace[s].row(place))
      }
      soft.write(
        positions, features: (workspace[x], workspace[s]),
        into: MatrixView(
          pointer: targets.pointer + first * classCount, rowCount: slots.count,
          columnCount: classCount))
      withExtendedLifetime(workspace) {}
    }
  }

  /// Reads the source's rows from the first of `range` to its last, and keeps those of `range`.
  private func read(
    _ range: Range<Int>, _ source: any FeatureRows, into stored: StoredRows, at slot: Int
  ) throws {
    guard let last = range.last else { return }
    let covering = rows.rows.source(range.lowerBound)..<rows.rows.source(last) + 1
    if block.count < covering.count * source.width {
      block = AlignedBuffer(count: covering.count * source.width, zeroed: false)
    }
    let values = MatrixView(
      pointer: block.pointer, rowCount: covering.count, columnCount: source.width)
    try source.read(covering, into: values)
    for (place, row) in range.enumerated() {
      let at = rows.rows.source(row) - covering.lowerBound
      stored.store(values.rows(at..<at + 1), at: slot + place)
    }
  }
}
