// SPDX-License-Identifier: Apache-2.0

/// What a classifier needs of the labelled rows of its classes.
enum ClassCheck {
  /// - Parameter counts: labelled rows of each class.
  /// - Throws: `DataError` unless every class has one.
  static func everyClass(
    _ counts: [Int], names: [String], at location: DataLocation
  ) throws(DataError) {
    if counts.allSatisfy({ $0 == 0 }) { throw DataError.noLabelledRow(location) }
    if let index = counts.firstIndex(of: 0) {
      throw DataError.classWithoutRows(
        location, index: index, name: names[index], missingCount: counts.count { $0 == 0 })
    }
  }
}
