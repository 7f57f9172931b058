// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The checks of `PairedRows`, which name what they check as the origin does:
/// "/train/visual" in a file, "visual" in memory.
struct PairedRowsCheck {
  let origin: DataLocation
  let names: ColumnNames
  let rowCount: Int

  func location(_ name: String) -> DataLocation {
    guard origin.object != nil else { return DataLocation(path: origin.path, object: name) }
    return origin.child(name)
  }

  func shape(of matrix: Matrix, named name: String) throws(DataError) {
    if matrix.rowCount == 0 { throw DataError.emptySplit(location(name)) }
    if matrix.columnCount == 0 { throw DataError.noColumns(location(name)) }
    try count(matrix.rowCount, named: name)
  }

  func count(_ count: Int, named name: String) throws(DataError) {
    if count != rowCount {
      throw DataError.unequalRows(
        location(name), rows: count, reference: location(names.visual).object ?? names.visual,
        referenceRows: rowCount)
    }
  }

  func classNames(_ names: [String]) throws(DataError) {
    if names.count < 2 { throw DataError.tooFewClasses(path: origin.path, count: names.count) }
    let place = origin.object == nil ? "class_names" : "/class_names"
    try ClassNames.check(names, at: DataLocation(path: origin.path, object: place))
  }

  func labels(_ labels: [Int32], classCount: Int) throws(DataError) {
    _ = try ClassNames.indices(
      of: labels.map { Int64($0) }, classCount: classCount, at: location(names.labels),
      rows: .all(labels.count))
  }
}
