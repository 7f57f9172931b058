// SPDX-License-Identifier: Apache-2.0

/// What stands before the values of a .npy array: their type, their order and the shape
/// (NumPy's `numpy.lib.format`; format 1.0, 2.0 and 3.0).
struct NumPyHeader: Equatable {
  /// The type as NumPy names it, such as "<f4".
  let type: String
  /// Column after column.
  let isFortranOrder: Bool
  let shape: [Int]

  /// "\x93NUMPY".
  static let signature: [UInt8] = [0x93] + "NUMPY".utf8
  /// `np.save` writes some hundred bytes; only records of many fields have more.
  private static let mostBytes = 1 << 16

  /// Reads the header to its end, and no byte more.
  ///
  /// - Parameter goesOn: asked now and then while nothing comes; false gives up.
  /// - Returns: nil where `goesOn` said no.
  static func read(
    from input: ByteInput, while goesOn: () -> Bool
  ) throws(RowStreamError) -> NumPyHeader? {
    func damaged(_ reason: String) -> RowStreamError {
      .damagedHeader(source: input.name, reason: reason)
    }
    func read(_ count: Int) throws(RowStreamError) -> [UInt8]? {
      guard let bytes = try input.read(count, while: goesOn) else { return nil }
      guard bytes.count == count else { throw damaged("it ends early") }
      return bytes
    }
    guard let start = try input.read(signature.count, while: goesOn) else { return nil }
    guard start == signature else { throw foreign(start, source: input.name) }
    guard let version = try read(2) else { return nil }
    guard (1...3).contains(version[0]), version[1] == 0 else {
      throw damaged(
        "its format is \(version[0]).\(version[1]), but 1.0, 2.0 and 3.0 are what is read")
    }
    guard let lengthBytes = try read(version[0] == 1 ? 2 : 4) else { return nil }
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= mostBytes else {
      throw damaged(
        "it claims \(grouped(length)) bytes, and \(grouped(mostBytes)) are read at most")
    }
    guard let text = try read(length) else { return nil }
    return try NumPyHeader(text, source: input.name)
  }

  /// Reads the text of a header.
  init(_ text: [UInt8], source: String) throws(RowStreamError) {
    let values = try NumPyDictionary.values(of: text, source: source)
    guard values.count == 3, case .text(let type)? = values["descr"],
      case .truth(let isFortranOrder)? = values["fortran_order"],
      case .sizes(let shape)? = values["shape"]
    else {
      if case .list? = values["descr"] {
        throw Self.unusable(type: "records of several fields", source: source)
      }
      throw .damagedHeader(
        source: source, reason: "it is not a dict of 'descr', 'fortran_order' and 'shape' alone")
    }
    (self.type, self.isFortranOrder, self.shape) = (type, isFortranOrder, shape)
  }

  /// The types of features among those of NumPy.
  ///
  /// - Throws: `RowStreamError.unusableArray` for any other.
  func featureType(source: String) throws(RowStreamError) -> (type: FeatureType, bigEndian: Bool) {
    switch type {
    case "<f2": return (.float16, false)
    case "<f4": return (.float32, false)
    case "<f8": return (.float64, false)
    case ">f2": return (.float16, true)
    case ">f4": return (.float32, true)
    case ">f8": return (.float64, true)
    case "|O":
      throw Self.unusable(type: "Python objects, which are never unpickled", source: source)
    default: throw Self.unusable(type: "values of type '\(type)'", source: source)
    }
  }

  /// The bytes before the values of a float32 array `[rows, columns]`, as `np.save` writes them.
  static func bytes(rowCount: Int, columnCount: Int) -> [UInt8] {
    let text =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rowCount), \(columnCount)), }"
    // NumPy leaves room for the number of rows to grow, and ends at a multiple of 64: here.
    let length = 128 - (signature.count + 4)
    let padding = length - text.utf8.count - 1
    return signature + [1, 0, UInt8(length), 0] + text.utf8
      + [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
  }

  private static func unusable(type found: String, source: String) -> RowStreamError {
    .unusableArray(
      source: source, found: "holds \(found)", needed: "float16, float32 or float64",
      remedy: "Save array.astype(np.float32).")
  }

  /// What bytes are that do not begin as a .npy array.
  private static func foreign(_ start: [UInt8], source: String) -> RowStreamError {
    if start.isEmpty { return .empty(source: source) }
    func error(_ found: String, _ remedy: String) -> RowStreamError {
      .notNumPy(source: source, found: found, remedy: remedy)
    }
    if start.starts(with: [0x89] + "HDF".utf8) {
      return error("an HDF5 file", "Give it without '--visual', as a feature file.")
    }
    if start.starts(with: "PK".utf8) {
      return error("a .npz or other archive", "Save its one array with np.save.")
    }
    if start[0] == 0x80 {
      return error("a pickle, which is never read", "Save the array with np.save.")
    }
    return error(
      "something unknown", "Write it with np.save, or name the '--width' of raw float32 rows.")
  }
}
