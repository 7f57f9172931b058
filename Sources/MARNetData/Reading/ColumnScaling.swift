// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// How quantised features are scaled: a scale and an offset for every column, Float32.
///
/// value = (q - zero_point) scale, or q scale + add_offset.
struct ColumnScaling: Sendable {
  let form: Dequantization.Form
  /// One value a column, `[rowWidth]`.
  let scale: [Float]
  /// The same.
  let offset: [Float]

  /// The attributes that hold the scale, the first one first.
  static let scaleNames = ["scale", "scale_factor"]
  private static let offsetNames = ["zero_point", "add_offset"]

  /// Reads the attributes of `dataset`; nil when none of them names a scale.
  ///
  /// - Throws: `DataError` for attributes that cannot be meant so.
  init?(_ dataset: HDF5Dataset) throws(DataError) {
    guard let scaleName = try Self.one(of: Self.scaleNames, dataset) else { return nil }
    let offsetName = try Self.one(of: Self.offsetNames, dataset)
    // Where values are missing there is nothing to scale, and nothing is made up here.
    if HDF5Attribute("_FillValue", of: dataset.handle.id) != nil {
      throw DataError.unusableAttribute(
        dataset.location, name: "_FillValue", found: "marks values as missing",
        needed: "a value in every place",
        remedy: "Drop the rows that miss values, and the attribute.")
    }
    form = offsetName == "add_offset" ? .addedOffset : .zeroPoint
    scale = try Self.values(scaleName, dataset, mayBeZero: false)
    offset =
      try offsetName.map { (name) throws(DataError) in
        try Self.values(name, dataset, mayBeZero: true)
      }
      ?? [Float](repeating: 0, count: dataset.rowWidth)
  }

  /// Decodes the rows of `target` from `stored`, whose rows are of `width` values and begin in
  /// the column `firstColumn` of the dataset.
  func decode(
    _ stored: UnsafeRawPointer, width: Int, signed: Bool, firstColumn: Int,
    into target: MatrixView
  ) {
    scale.withUnsafeBufferPointer { scale in
      offset.withUnsafeBufferPointer { offset in
        guard let scale = scale.baseAddress, let offset = offset.baseAddress else { return }
        Dequantization.decode(
          stored, sourceStride: width, signed: signed, form: form, scale: scale + firstColumn,
          offset: offset + firstColumn, into: target)
      }
    }
  }

  private static func one(
    of names: [String], _ dataset: HDF5Dataset
  ) throws(DataError) -> String? {
    let present = names.filter { HDF5Attribute($0, of: dataset.handle.id) != nil }
    if present.count > 1 {
      throw DataError.unusableAttribute(
        dataset.location, name: present[1], found: "stands beside '\(present[0])'",
        needed: "one of them", remedy: "Delete the one that is not meant.")
    }
    return present.first
  }

  /// The values of the attribute `name`, one a column.
  private static func values(
    _ name: String, _ dataset: HDF5Dataset, mayBeZero: Bool
  ) throws(DataError) -> [Float] {
    let width = dataset.rowWidth
    // Rows of several tokens have a scale for each column of a token.
    let columns = dataset.shape?.last ?? 0
    func unusable(_ found: String) -> DataError {
      .unusableAttribute(
        dataset.location, name: name, found: "holds \(found)",
        needed: "one number, or \(grouped(columns)), one a column",
        remedy: "Store what the features were quantised with.")
    }
    let numbers: [Double]
    switch HDF5Attribute(name, of: dataset.handle.id) {
    case .numbers(let values)?: numbers = values
    case .text(let text)?: throw unusable("the string '\(text)'")
    case .other(let what)?: throw unusable(what)
    case nil: throw unusable("nothing")
    }
    guard numbers.count == 1 || numbers.count == columns else {
      throw unusable(counted(numbers.count, "number"))
    }
    let values = numbers.map { Float($0) }
    if let bad = values.first(where: { !$0.isFinite || $0 == 0 && !mayBeZero }) {
      throw unusable("\(bad)")
    }
    return (0..<width).map { values[$0 % values.count] }
  }
}

extension StoredType {
  /// Attributes of 16-bit integers that may say what they are.
  static let encodingNames = ["dtype", "encoding", "type"]

  /// What values of this type are when the attributes of `dataset` say that the integers are
  /// the bits of bfloat16.
  func interpreted(byAttributesOf dataset: HDF5Handle) -> StoredType {
    guard case .integer(bytes: 2, _, let bigEndian, kind: .number) = self else { return self }
    let isBFloat16 = Self.encodingNames.contains { name in
      guard case .text(let text)? = HDF5Attribute(name, of: dataset.id) else { return false }
      return ["bfloat16", "bf16", "torch.bfloat16"].contains(text.lowercased())
    }
    return isBFloat16 ? .float(.bfloat16, bigEndian: bigEndian) : self
  }
}
