// SPDX-License-Identifier: Apache-2.0

/// The JSON header of a safetensors file: which tensors lie where.
///
/// Read by a scanner of its own: a general parser of JSON keeps one of two tensors of a name,
/// and takes a hundred times the header's memory for one that is made to harm.
struct SafetensorsHeader {
  /// A tensor as the header describes it.
  struct Entry: Equatable {
    var name: String
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
  }

  /// In the order of the header.
  private(set) var entries: [Entry] = []

  /// What keeps bytes from being a header.
  struct Invalid: Error {
    let reason: String
  }

  /// - Throws: `Invalid` unless `bytes` are one object of tensors, each named once.
  init(_ bytes: [UInt8]) throws(Invalid) {
    var scanner = SafetensorsScanner(bytes)
    var names: Set<String> = []
    var metadata = false
    var found: [Entry] = []
    try scanner.object { (name, scanner) throws(Invalid) in
      if name == "__metadata__" {
        if metadata { throw Invalid(reason: "its header has '__metadata__' twice") }
        metadata = true
        try scanner.object { (_, scanner) throws(Invalid) in _ = try scanner.string() }
        return
      }
      guard names.insert(name).inserted else {
        throw Invalid(reason: "its header names tensor '\(name)' twice")
      }
      found.append(try Self.entry(name, &scanner))
    }
    try scanner.end()
    entries = found
  }

  private static func entry(
    _ name: String, _ scanner: inout SafetensorsScanner
  ) throws(Invalid) -> Entry {
    var entry = Entry(name: name)
    try scanner.object { (key, scanner) throws(Invalid) in
      let isNew: Bool
      switch key {
      case "dtype":
        isNew = entry.type == nil
        entry.type = try scanner.string()
      case "shape":
        isNew = entry.shape == nil
        entry.shape = try scanner.sizes()
      case "data_offsets":
        isNew = entry.offsets == nil
        entry.offsets = try scanner.sizes()
      default: throw Invalid(reason: "its header says '\(key)' of tensor '\(name)'")
      }
      if !isNew { throw Invalid(reason: "its header says '\(key)' of tensor '\(name)' twice") }
    }
    return entry
  }
}

/// Reads the JSON of a safetensors header, which holds objects, strings and whole numbers only.
struct SafetensorsScanner {
  typealias Invalid = SafetensorsHeader.Invalid

  /// Dimensions of a tensor at most; HDF5 and NumPy have no more either.
  private static let mostSizes = 32
  private static let malformed = Invalid(reason: "its header is not the JSON of tensors")

  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// An object whose values `value` reads.
  mutating func object(
    _ value: (_ key: String, inout SafetensorsScanner) throws(Invalid) -> Void
  ) throws(Invalid) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(key, &self)
    } while take(",")
    try expect("}")
  }

  /// An array of whole numbers of 0 or more.
  mutating func sizes() throws(Invalid) -> [Int] {
    try expect("[")
    var sizes: [Int] = []
    if take("]") { return sizes }
    repeat {
      sizes.append(try size())
      guard sizes.count <= Self.mostSizes else { throw Self.malformed }
    } while take(",")
    try expect("]")
    return sizes
  }

  mutating func string() throws(Invalid) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: text, as: UTF8.self) else { throw Self.malformed }
        return text
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw Self.malformed
      default: text.append(byte)
      }
    }
    throw Self.malformed
  }

  /// Nothing but space may follow.
  mutating func end() throws(Invalid) {
    skipSpace()
    if at < bytes.count { throw Self.malformed }
  }

  private mutating func size() throws(Invalid) -> Int {
    skipSpace()
    let digits = bytes[at...].prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, digits.first != 0x30 || digits.count == 1,
      let size = Int(String(decoding: digits, as: UTF8.self))
    else { throw Self.malformed }
    at = digits.endIndex
    return size
  }

  private mutating func escape() throws(Invalid) -> [UInt8] {
    guard at < bytes.count else { throw Self.malformed }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"):
      let digits = bytes[at...].prefix(4)
      // Halves of surrogate pairs are no scalars: nobody names a tensor so.
      guard digits.count == 4, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw Self.malformed }
      at = digits.endIndex
      return Array(String(Character(scalar)).utf8)
    default: throw Self.malformed
    }
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Invalid) {
    guard take(character) else { throw Self.malformed }
  }
}
