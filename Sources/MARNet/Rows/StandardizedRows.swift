// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Rows of one modality as networks see them: standardised whenever they are read, so that
/// memory holds them once, in their stored type.
package struct StandardizedRows: Sendable {
  package let rows: any FeatureRows
  /// nil leaves the values as they are.
  package let standardizer: Standardizer?
  /// Vectors standardised alike in a row, such as tokens.
  package let parts: Int
  /// Whether each row is there, `[N]`; others are 0. Nil means all.
  package let isPresent: [Bool]?

  package init(
    _ rows: any FeatureRows, standardizer: Standardizer?, parts: Int = 1,
    isPresent: [Bool]? = nil
  ) {
    self.rows = rows
    self.standardizer = standardizer
    self.parts = parts
    self.isPresent = isPresent
  }

  package var rowCount: Int { rows.rowCount }
  package var width: Int { rows.width }

  /// Standardises what was read of row `row` into `values`, `[width]`.
  @inline(__always)
  func finish(_ row: Int, _ values: UnsafeMutablePointer<Float>) {
    if let isPresent, !isPresent[row] {
      values.update(repeating: 0, count: width)
    } else {
      standardizer?.apply(to: values, parts: parts)
    }
  }

  /// Writes row `row`, which lies in memory, into `values`, `[width]`.
  @inline(__always)
  func copyStored(_ row: Int, into values: UnsafeMutablePointer<Float>) {
    guard let stored = rows as? StoredRows else {
      preconditionFailure("row \(row) of a file was asked for as one in memory")
    }
    stored.copy(row, into: values)
    finish(row, values)
  }

  /// The rows at `positions`, `[positions.count, width]`; ascending where they lie in a file.
  package func matrix(at positions: [Int], pool: WorkerPool) throws -> Matrix {
    let stored = try rows as? StoredRows ?? rows.stored(at: positions)
    let isSelected = stored.rowCount == positions.count && !(rows is StoredRows)
    let taskRows = 64
    return Matrix(rowCount: positions.count, columnCount: width) { target in
      pool.forEach((positions.count + taskRows - 1) / taskRows) { task, _ in
        for place in task * taskRows..<min((task + 1) * taskRows, positions.count) {
          let values = target.row(place)
          stored.copy(isSelected ? place : positions[place], into: values)
          finish(positions[place], values)
        }
      }
    }
  }
}
