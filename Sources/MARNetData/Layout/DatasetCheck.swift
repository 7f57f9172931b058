// SPDX-License-Identifier: Apache-2.0

/// What each dataset of a split must be, before any of its values is read.
enum DatasetCheck {
  /// Features: floating point, or bytes with a scale, `[rows, width]`, or `[rows, tokens, width]` to be pooled.
  ///
  /// - Parameters:
  ///   - flag: the flag that pools them.
  ///   - tokens: the name under which tokens are stored for alignment.
  static func features(
    _ dataset: HDF5Dataset, pooling: LayoutOptions.Pooling?, flag: String, tokens: String
  ) throws(DataError) {
    guard let shape = dataset.shape, shape.count == 2 || (shape.count == 3 && pooling != nil) else {
      let remedy =
        switch dataset.shape?.count ?? 0 {
        case 3:
          "Pool its tokens with \(flag) mean, first or max; for alignment 'team', store them as "
            + "'\(tokens)' besides."
        case 4...: "Pool or flatten each sample to one row."
        default: "Store one row of features a sample."
        }
      throw DataError.wrongRank(
        dataset.location, shape: dataset.shape, needed: "shape [rows, width]", remedy: remedy)
    }
    try featureType(of: dataset)
    if shape[0] == 0 { throw DataError.emptySplit(dataset.location) }
    // Shuffled rows are kept by Int32.
    if shape[0] > Int(Int32.max) {
      throw DataError.impossibleSize(
        dataset.location, found: "has \(counted(shape[0], "row"))",
        needed: "at most \(grouped(Int32.max))")
    }
    if shape.dropFirst().contains(0) { throw DataError.noColumns(dataset.location) }
  }

  /// A type that can be decoded to float32, with the attributes that say how.
  private static func featureType(of dataset: HDF5Dataset) throws(DataError) {
    let remedy: String
    switch dataset.type {
    case .float:
      return
    case .integer(bytes: 1, _, _, kind: .number):
      if try ColumnScaling(dataset) != nil { return }
      remedy =
        "If they are quantised features, add their 'scale' and 'zero_point' as attributes; "
        + "if they are pixels, extract features first."
    case .integer(bytes: 2, _, _, kind: .number):
      remedy =
        "If they are the bits of bfloat16, add the attribute dtype=\"bfloat16\"; "
        + "otherwise store the features as float32."
    case .integer:
      remedy =
        "Store the features as float32; if these are class indices or pixels, "
        + "extract features first."
    case .string, .other:
      remedy = "Store the features as float32."
    }
    throw DataError.wrongType(
      dataset.location, found: dataset.type.name,
      needed: "float16, bfloat16, float32, float64, or int8 or uint8 with a scale",
      remedy: remedy)
  }

  /// Labels: one integer, whole number or string a row, or one-hot rows.
  static func labels(_ dataset: HDF5Dataset) throws(DataError) {
    var isNumber = false
    switch dataset.type {
    case .integer, .float: isNumber = true
    case .string: break
    default:
      throw DataError.wrongType(
        dataset.location, found: dataset.type.name, needed: "numbers or strings",
        remedy: "Store class indices as int64, or class names as strings.")
    }
    let rank = dataset.shape?.count
    let isOneHot = isNumber && rank == 2 && dataset.rowWidth > 1
    guard rank == 1 || isOneHot else {
      throw DataError.wrongRank(
        dataset.location, shape: dataset.shape,
        needed: "one value a row, shape [rows], or one-hot rows, shape [rows, classes]",
        remedy: "Store one class index a row.")
    }
  }

  /// Row identifiers: one integer or one string a row.
  static func identifiers(_ dataset: HDF5Dataset) throws(DataError) {
    guard dataset.shape?.count == 1 else {
      throw DataError.wrongRank(
        dataset.location, shape: dataset.shape, needed: "one value a row: shape [rows]",
        remedy: "Store one identifier a row.")
    }
    try integersOrStrings(dataset, remedy: "Store identifiers as int64 or as strings.")
  }

  /// The text mask: one truth value a row.
  static func mask(_ dataset: HDF5Dataset) throws(DataError) {
    guard dataset.shape?.count == 1 else {
      throw DataError.wrongRank(
        dataset.location, shape: dataset.shape, needed: "one value a row: shape [rows]",
        remedy: "Store true where the row has text.")
    }
    guard case .integer = dataset.type else {
      throw DataError.wrongType(
        dataset.location, found: dataset.type.name, needed: "bool or integer",
        remedy: "Store it as bool: true where the row has text.")
    }
  }

  /// Class names: strings, one a class.
  static func classNames(_ dataset: HDF5Dataset) throws(DataError) {
    guard dataset.shape?.count == 1 else {
      throw DataError.wrongRank(
        dataset.location, shape: dataset.shape, needed: "one name a class: shape [classes]",
        remedy: "Store the names in the order of the class indices.")
    }
    guard case .string = dataset.type else {
      throw DataError.wrongType(
        dataset.location, found: dataset.type.name, needed: "strings",
        remedy: "Store the names as strings, in the order of the class indices.")
    }
  }

  /// Row counts that pair one to one.
  static func rows(
    of dataset: HDF5Dataset, pairWith reference: HDF5Dataset
  ) throws(DataError) {
    guard dataset.rowCount != reference.rowCount else { return }
    throw DataError.unequalRows(
      dataset.location, rows: dataset.rowCount, reference: reference.location.object ?? "/",
      referenceRows: reference.rowCount)
  }

  /// Filters that this library can undo.
  static func filters(of dataset: HDF5Dataset) throws(DataError) {
    if let filter = dataset.storage.missingFilter {
      throw DataError.missingFilter(dataset.location, filter: filter)
    }
  }

  private static func integersOrStrings(
    _ dataset: HDF5Dataset, remedy: String
  ) throws(DataError) {
    switch dataset.type {
    case .integer, .string: return
    case .float, .other:
      throw DataError.wrongType(
        dataset.location, found: dataset.type.name, needed: "integers or strings",
        remedy: remedy)
    }
  }
}
