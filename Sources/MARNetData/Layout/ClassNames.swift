// SPDX-License-Identifier: Apache-2.0

/// Where class names come from, and how labels become indices.
enum ClassNames {
  /// The names of a file: its own, or those that its training labels imply.
  static func resolve(root: HDF5Group, train: SplitLayout?) throws(DataError) -> [String] {
    if let dataset = try root.dataset("class_names") {
      try DatasetCheck.filters(of: dataset)
      try DatasetCheck.classNames(dataset)
      let names = try dataset.readStrings(0..<dataset.rowCount)
      try check(names, at: dataset.location)
      return names
    }
    guard let labels = try train?.labels?.get() else { return [] }
    if case .string = labels.type {
      return Set(try labels.readStrings(0..<labels.rowCount)).filter { !$0.isEmpty }.sorted()
    }
    let largest = try labels.readIntegers(0..<labels.rowCount).max() ?? -1
    // More classes than rows cannot all have one.
    if largest >= labels.rowCount {
      throw DataError.labelsAreNotIndices(
        labels.location, largest: largest, rows: labels.rowCount)
    }
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
  static func indices(
    of labels: [String], in names: [String], at location: DataLocation
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
          location, row: row, name: label, nearest: nearestName(to: label, in: names))
      }
    }
    return result
  }

  /// Integer labels, checked against the number of classes.
  static func indices(
    of labels: [Int64], classCount: Int, at location: DataLocation
  ) throws(DataError) -> [Int32] {
    let valid = Int64(-1)..<Int64(classCount)
    if let row = labels.firstIndex(where: { !valid.contains($0) }) {
      throw DataError.labelOutOfRange(
        location, row: row, value: labels[row], classCount: classCount,
        badRows: labels.count { !valid.contains($0) })
    }
    return labels.map { Int32(truncatingIfNeeded: $0) }
  }
}
