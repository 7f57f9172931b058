// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Reads what the group of one item holds.
struct ItemReader: Sendable {
  let group: HDF5Group
  let layout: LayoutOptions

  /// A label or a split: a number, or a name.
  enum Value: Equatable {
    case number(Int64)
    case name(String)
  }

  /// Which features are read.
  enum Modality {
    case visual
    case text
  }

  private func name(_ modality: Modality) -> String {
    modality == .visual ? layout.visualKey ?? "visual" : layout.textKey ?? "text"
  }

  func location(_ modality: Modality) -> DataLocation { group.location.child(name(modality)) }

  /// The features, checked for shape and type; nil when there are none.
  func features(_ modality: Modality) throws(DataError) -> HDF5Dataset? {
    let isVisual = modality == .visual
    let flag = isVisual ? "--visual-pool" : "--text-pool"
    guard let dataset = try group.dataset(name(modality)) else { return nil }
    try DatasetCheck.filters(of: dataset)
    guard case .float = dataset.type else {
      throw .wrongType(
        dataset.location, found: dataset.type.name,
        needed: "float16, bfloat16, float32 or float64",
        remedy: "Store the features of items as float32.")
    }
    let shape = dataset.shape ?? []
    guard shape.count == 1 || shape.count == 2 else {
      throw .wrongRank(
        dataset.location, shape: dataset.shape, needed: "shape [width] or [tokens, width]",
        remedy: "Pool or flatten each item to one row.")
    }
    if shape.contains(0) { throw .noColumns(dataset.location) }
    if shape.count == 2 && shape[0] > 1 && pooling(modality) == nil {
      throw .wrongRank(
        dataset.location, shape: dataset.shape, needed: "shape [width]",
        remedy: "Pool its tokens with \(flag) mean, first or max.")
    }
    return dataset
  }

  /// - Throws: `DataError` when there are no visual features.
  func visual() throws(DataError) -> HDF5Dataset {
    if let dataset = try features(.visual) { return dataset }
    let names = try group.names()
    let name = name(.visual)
    throw .missingDataset(
      location(.visual), present: names, nearest: nearestName(to: name, in: names),
      flag: "--visual-key")
  }

  /// Reads features into one row, `[width]`; false where they are NaN throughout.
  func read(
    _ dataset: HDF5Dataset, _ modality: Modality, into row: MatrixView
  ) throws(DataError) -> Bool {
    let count = dataset.rowCount * dataset.rowWidth
    let values = try dataset.readMatrix(0..<dataset.rowCount, threads: 1)
    defer { withExtendedLifetime(values) {} }
    let all = values.view.pointer
    if modality == .text, layout.missingText == .nan, (0..<count).allSatisfy({ all[$0].isNaN }) {
      row.fill(0)
      return false
    }
    if dataset.shape?.count == 2, dataset.rowCount > 1, let pooling = pooling(modality) {
      pooling.pool(all, tokens: dataset.rowCount, width: dataset.rowWidth, into: row.row(0))
    } else {
      row.row(0).update(from: all, count: count)
    }
    try FiniteCheck.require(row, at: dataset.location)
    return true
  }

  private func pooling(_ modality: Modality) -> LayoutOptions.Pooling? {
    modality == .visual ? layout.visualPool : layout.textPool
  }

  /// The dataset or the attribute called one of `names`: the first that is there.
  func value(_ names: [String]) throws(DataError) -> (value: Value, location: DataLocation)? {
    for name in names {
      let here = group.location.child(name)
      if let dataset = try group.dataset(name) { return (try Self.value(of: dataset), here) }
      switch HDF5Attribute(name, of: group.handle.id) {
      case .text(let text)?: return (.name(text), here)
      case .numbers(let values)? where values.count == 1:
        return (.number(try Self.whole(values[0], at: here)), here)
      case .numbers?, .other?:
        throw .wrongType(
          here, found: "other", needed: "one number or one string",
          remedy: "Store one value as the attribute.")
      case nil: continue
      }
    }
    return nil
  }

  private static func value(of dataset: HDF5Dataset) throws(DataError) -> Value {
    guard let shape = dataset.shape, shape.reduce(1, *) == 1 else {
      throw .wrongRank(
        dataset.location, shape: dataset.shape, needed: "a single value",
        remedy: "Store one value an item.")
    }
    try DatasetCheck.filters(of: dataset)
    switch dataset.type {
    case .string: return .name(try dataset.readStrings(0..<1).first ?? "")
    case .integer: return .number(try dataset.readIntegers(0..<1).first ?? -1)
    case .float:
      let decoding = try FeatureDecoding(dataset)
      let cell = try Matrix(rowCount: 1, columnCount: 1) { (view) throws(DataError) in
        let stored = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
        defer { stored.deallocate() }
        try dataset.readRows(0..<1, into: stored)
        decoding.decode(stored, into: view)
      }
      return .number(try whole(Double(cell[0, 0]), at: dataset.location))
    case .other:
      throw .wrongType(
        dataset.location, found: dataset.type.name, needed: "one number or one string",
        remedy: "Store class indices as int64, or class names as strings.")
    }
  }

  /// A whole number; NaN is none.
  private static func whole(_ value: Double, at location: DataLocation) throws(DataError) -> Int64 {
    if value.isNaN { return -1 }
    guard let whole = Int64(exactly: value) else {
      throw .labelNotWhole(location, row: 0, value: "\(value)")
    }
    return whole
  }
}
