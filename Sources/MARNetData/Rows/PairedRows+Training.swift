// SPDX-License-Identifier: Apache-2.0

extension PairedRows {
  /// - Throws: `DataError` unless every class has a labelled row, as fitting needs.
  public func requireEveryClassLabelled() throws {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    try ClassCheck.everyClass(counts, names: classNames, at: location(of: names.labels))
  }

  /// - Throws: `DataError` unless some row has text.
  public func requireText() throws {
    if !hasText.contains(true) { throw DataError.noText(location(of: names.text)) }
  }

  private func location(of name: String) -> DataLocation {
    PairedRowsCheck(origin: origin, names: names, rowCount: rowCount).location(name)
  }
}
