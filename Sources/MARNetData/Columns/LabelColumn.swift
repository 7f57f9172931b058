// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The labels of a split, in any of the forms in which files hold them.
struct LabelColumn: Sendable {
  /// What the labels of a part say: class indices, -1 where there is none, or class names, empty
  /// where there is none.
  enum Values {
    case indices([Int64])
    case names([String])
  }

  /// The labels in one dataset.
  struct Part {
    let location: DataLocation
    let selection: RowSelection
    let values: Values
    /// Classes that the dataset counts itself: the width of one-hot rows.
    let classCount: Int?
  }

  let column: Column

  var location: DataLocation { column.location }

  /// Whether labels are class names.
  var areNames: Bool { column.holdsStrings }

  func keeping(_ rows: [Int]) -> LabelColumn { LabelColumn(column: column.keeping(rows)) }

  /// - Throws: `DataError` naming the first row that holds no label.
  func read() throws(DataError) -> [Part] {
    var parts: [Part] = []
    for part in column.parts {
      let dataset = part.dataset
      let own = Column([part])
      let rows = 0..<part.selection.count
      let isOneHot = dataset.shape?.count == 2
      let values: Values
      switch dataset.type {
      case .string: values = .names(try own.readStrings(rows))
      case .float where isOneHot:
        let matrix = try own.readMatrix(rows, threads: 1)
        values = .indices(try Self.oneHot(matrix.values, part) { $0 == 0 ? 0 : $0 == 1 ? 1 : nil })
      case .float:
        values = .indices(try Self.whole(try own.readMatrix(rows, threads: 1).values, part))
      default:
        let read = try own.readIntegers(rows)
        values = .indices(
          isOneHot ? try Self.oneHot(read, part) { $0 == 0 ? 0 : $0 == 1 ? 1 : nil } : read)
      }
      parts.append(
        Part(
          location: dataset.location, selection: part.selection, values: values,
          classCount: isOneHot ? dataset.rowWidth : nil))
    }
    return parts
  }

  /// Whole numbers from floating-point ones; NaN is no label.
  private static func whole(_ values: [Float], _ part: ColumnPart) throws(DataError) -> [Int64] {
    // Beyond this, float32 skips whole numbers.
    let most: Float = 16_777_216
    var indices: [Int64] = []
    indices.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      guard value.isNaN || (value == value.rounded() && abs(value) < most) else {
        throw DataError.labelNotWhole(
          part.dataset.location, row: part.selection[row], value: "\(value)")
      }
      indices.append(value.isNaN ? -1 : Int64(value))
    }
    return indices
  }

  /// The places of the ones in one-hot rows; rows of zeros alone have no label.
  private static func oneHot<Value>(
    _ values: [Value], _ part: ColumnPart, _ bit: (Value) -> Int?
  ) throws(DataError) -> [Int64] {
    let width = part.rowWidth
    var indices: [Int64] = []
    indices.reserveCapacity(part.selection.count)
    for row in 0..<part.selection.count {
      var found: Int?
      for column in 0..<width {
        let value = values[row * width + column]
        let one = bit(value)
        guard let one, one == 0 || found == nil else {
          throw DataError.notOneHot(
            part.dataset.location, row: part.selection[row],
            found: one == nil ? "\(value)" : "more than one 1")
        }
        if one == 1 { found = column }
      }
      indices.append(Int64(found ?? -1))
    }
    return indices
  }
}
