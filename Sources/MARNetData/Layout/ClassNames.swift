// SPDX-License-Identifier: Apache-2.0

/// Where class names come from, and how labels become indices.
enum ClassNames {
  /// The names in the dataset `class_names` of a file; nil when it has none.
  static func stored(in dataset: HDF5Dataset?) throws(DataError) -> [String]? {
    guard let dataset else { return nil }
    try DatasetCheck.filters(of: dataset)
    try DatasetCheck.classNames(dataset)
    let names = try dataset.readStrings(0..<dataset.rowCount)
    try check(names, at: dataset.location)
    return names
  }

  /// The names that training labels imply: those they are, or their numbers.
  static func implied(by labels: LabelColumn) throws(DataError) -> [String] {
    let parts = try labels.read()
    var names: Set<String> = []
    var largest: Int64 = -1
    for part in parts {
      switch part.values {
      case .names(let values): names.formUnion(values)
      case .indices(let values):
        let last = max(values.max() ?? -1, Int64(part.classCount ?? 0) - 1)
        // More classes than rows cannot all have one.
        if last >= labels.column.rowCount {
          throw DataError.labelsAreNotIndices(
            part.location, largest: last, rows: labels.column.rowCount)
        }
        largest = max(largest, last)
      }
    }
    if labels.areNames { return names.filter { !$0.isEmpty }.sorted() }
    return largest < 0 ? [] : (0...largest).map { String($0) }
  }

  /// - Throws: `DataError` when a name is empty or stands twice.
  static func check(_ names: [String], at location: DataLocation) throws(DataError) {
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      if name.isEmpty { throw DataError.emptyClassName(location, index: index) }
      if !seen.insert(name).inserted {
        throw DataError.duplicateClassName(location, name: name)
      }
    }
  }

  /// The indices of label strings in `names`; an empty string is unlabelled.
  ///
  /// - Parameter rows: the numbers of their rows, for the error.
  static func indices(
    of labels: [String], in names: [String], at location: DataLocation, rows: RowSelection
  ) throws(DataError) -> [Int32] {
    let indices = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
    var result: [Int32] = []
    result.reserveCapacity(labels.count)
    for (row, label) in labels.enumerated() {
      if let index = label.isEmpty ? -1 : indices[label] {
        result.append(index)
      } else {
        throw DataError.unknownClassName(
          location, row: rows[row], name: label, nearest: nearestName(to: label, in: names))
      }
    }
    return result
  }

  /// Integer labels, checked against the number of classes.
  static func indices(
    of labels: [Int64], classCount: Int, at location: DataLocation, rows: RowSelection
  ) throws(DataError) -> [Int32] {
    let valid = Int64(-1)..<Int64(classCount)
    if let row = labels.firstIndex(where: { !valid.contains($0) }) {
      throw DataError.labelOutOfRange(
        location, row: rows[row], value: labels[row], classCount: classCount,
        badRows: labels.count { !valid.contains($0) })
    }
    return labels.map { Int32(truncatingIfNeeded: $0) }
  }
}
