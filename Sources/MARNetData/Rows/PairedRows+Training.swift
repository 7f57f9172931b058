// SPDX-License-Identifier: Apache-2.0

extension PairedRows {
  /// - Throws: `DataError` unless every class has a labelled row, as fitting needs.
  public func requireEveryClassLabelled() throws {
    let location = PairedRowsCheck(origin: origin, rowCount: rowCount).location("label")
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    if counts.allSatisfy({ $0 == 0 }) { throw DataError.noLabelledRow(location) }
    if let index = counts.firstIndex(of: 0) {
      throw DataError.classWithoutRows(
        location, index: index, name: classNames[index], missingCount: counts.count { $0 == 0 })
    }
  }

  /// - Throws: `DataError` unless some row has text.
  public func requireText() throws {
    if !hasText.contains(true) {
      throw DataError.noText(PairedRowsCheck(origin: origin, rowCount: rowCount).location("text"))
    }
  }
}
