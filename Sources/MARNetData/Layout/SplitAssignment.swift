// SPDX-License-Identifier: Apache-2.0

/// Which rows of a flat file belong to which split.
struct SplitAssignment: Sendable {
  /// The rows of each split that has any, ascending; nil: the file does not say.
  let rows: [Split: [Int]]?
  /// Where the file says it: a column, or index lists.
  let sources: [DataLocation]

  private static let suffixes = ["idx", "index", "indices"]

  /// Looks for a column or for index lists.
  ///
  /// - Parameters:
  ///   - group: where the columns of the file lie.
  ///   - key: the column, or the group of index lists; nil looks for `split`, `train_idx` and
  ///     the like.
  ///   - rowCount: rows of the file.
  init(
    in group: HDF5Group, key: String?, rowCount: Int, pairWith reference: HDF5Dataset
  ) throws(DataError) {
    let names = try group.names()
    let lists = key == nil ? Self.lists(among: names) : []
    let name = key ?? "split"
    let place = try group.place(of: name)
    if place == nil, key != nil {
      throw DataError.missingDataset(
        group.location.child(name), present: names, nearest: nearestName(to: name, in: names),
        flag: "--split-key")
    }
    if let place, place.isGroup {
      guard key != nil, let lists = try group.group(name) else {
        (rows, sources) = (nil, [])
        return
      }
      let found = try lists.names().compactMap { name in Split(named: name).map { (name, $0) } }
      if found.isEmpty {
        throw DataError.missingDataset(
          lists.location.child("train"), present: try lists.names(), nearest: nil, flag: nil)
      }
      (rows, sources) = try Self.read(found, in: lists, rowCount: rowCount)
    } else if place != nil, let column = try group.dataset(name) {
      if let list = lists.first {
        throw DataError.twoSplitSources(column.location, other: list.name)
      }
      rows = try Self.read(column, pairWith: reference)
      sources = [column.location]
    } else if !lists.isEmpty {
      (rows, sources) = try Self.read(lists, in: group, rowCount: rowCount)
    } else {
      (rows, sources) = (nil, [])
    }
  }

  /// Names such as `train_idx`.
  static func lists(among names: [String]) -> [(name: String, split: Split)] {
    names.compactMap { name in
      let parts = name.lowercased().split(separator: "_").map(String.init)
      guard parts.count == 2, suffixes.contains(parts[1]), let split = Split(named: parts[0])
      else { return nil }
      return (name, split)
    }
  }

  private static func read(
    _ column: HDF5Dataset, pairWith reference: HDF5Dataset
  ) throws(DataError) -> [Split: [Int]] {
    let remedy = "Store 'train', 'val' or 'test' for each row, or 0, 1 or 2."
    guard column.shape?.count == 1 else {
      throw DataError.wrongRank(
        column.location, shape: column.shape, needed: "one value a row: shape [rows]",
        remedy: remedy)
    }
    try DatasetCheck.filters(of: column)
    try DatasetCheck.rows(of: column, pairWith: reference)
    let all = 0..<column.rowCount
    switch column.type {
    case .string:
      return try group(try column.readStrings(all), at: column.location) { Split(named: $0) }
    case .integer:
      return try group(try column.readIntegers(all), at: column.location) { value in
        Split.allCases.indices.contains(Int(value)) ? Split.allCases[Int(value)] : nil
      }
    default:
      throw DataError.wrongType(
        column.location, found: column.type.name, needed: "strings or integers", remedy: remedy)
    }
  }

  private static func group<Value: Hashable & Comparable>(
    _ values: [Value], at location: DataLocation, _ split: (Value) -> Split?
  ) throws(DataError) -> [Split: [Int]] {
    let distinct = Set(values)
    let splits = distinct.reduce(into: [Value: Split]()) { $0[$1] = split($1) }
    if splits.count < distinct.count {
      throw DataError.unknownSplits(
        location, values: distinct.filter { splits[$0] == nil }.sorted().map { "\($0)" })
    }
    var rows: [Split: [Int]] = [:]
    for (row, value) in values.enumerated() {
      if let split = splits[value] { rows[split, default: []].append(row) }
    }
    return rows
  }

  private static func read(
    _ lists: [(name: String, split: Split)], in group: HDF5Group, rowCount: Int
  ) throws(DataError) -> (rows: [Split: [Int]], sources: [DataLocation]) {
    var owners = [Int8](repeating: -1, count: rowCount)
    var sources: [DataLocation] = []
    for (name, _) in lists {
      guard let list = try group.dataset(name) else { continue }
      let remedy = "Store the numbers of its rows, counted from 0, as int64."
      guard list.shape?.count == 1 else {
        throw DataError.wrongRank(
          list.location, shape: list.shape, needed: "shape [rows of the split]", remedy: remedy)
      }
      guard case .integer = list.type else {
        throw DataError.wrongType(
          list.location, found: list.type.name, needed: "integers", remedy: remedy)
      }
      try DatasetCheck.filters(of: list)
      for (position, row) in try list.readIntegers(0..<list.rowCount).enumerated() {
        guard row >= 0 && row < rowCount else {
          throw DataError.splitIndexOutOfRange(
            list.location, position: position, index: row, rowCount: rowCount)
        }
        let owner = Int(owners[Int(row)])
        if owner >= 0 {
          throw DataError.splitIndexTwice(
            list.location, index: row, other: owner == sources.count ? nil : sources[owner].object)
        }
        owners[Int(row)] = Int8(sources.count)
      }
      sources.append(list.location)
    }
    var rows: [Split: [Int]] = [:]
    for (row, owner) in owners.enumerated() where owner >= 0 {
      rows[lists[Int(owner)].split, default: []].append(row)
    }
    return (rows, sources)
  }
}
