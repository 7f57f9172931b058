// SPDX-License-Identifier: Apache-2.0

/// The Python literal in the header of a .npy array: a dict whose keys are texts and whose values
/// are texts, truths or tuples of sizes. Nothing else is understood, and nothing is evaluated.
struct NumPyDictionary {
  enum Value: Equatable {
    case text(String)
    case truth(Bool)
    case sizes([Int])
    /// Fields of records; what it holds is not read.
    case list
  }

  /// NumPy's own limit is 64.
  private static let mostSizes = 64

  private let bytes: [UInt8]
  private let source: String
  private var place = 0

  /// The values of the dict that is all of `bytes`, but for spaces around.
  ///
  /// Behind a list nothing is read.
  ///
  /// - Throws: `RowStreamError.damagedHeader`.
  static func values(
    of bytes: [UInt8], source: String
  ) throws(RowStreamError) -> [String: Value] {
    var reader = NumPyDictionary(bytes: bytes, source: source)
    return try reader.dictionary()
  }

  private init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  private mutating func dictionary() throws(RowStreamError) -> [String: Value] {
    var values: [String: Value] = [:]
    try require("{")
    while !take("}") {
      let key = try text()
      try require(":")
      guard values[key] == nil else { throw damaged("'\(key)' stands twice") }
      let value = try value()
      values[key] = value
      if value == .list { return values }
      if !take(",") {
        try require("}")
        break
      }
    }
    skipSpaces()
    guard place == bytes.count else { throw damaged("something follows its dict") }
    return values
  }

  private mutating func value() throws(RowStreamError) -> Value {
    if take("[") { return .list }
    if take("(") { return .sizes(try sizes()) }
    if take("True") { return .truth(true) }
    if take("False") { return .truth(false) }
    return .text(try text())
  }

  /// What follows "(": a tuple of one needs its comma.
  private mutating func sizes() throws(RowStreamError) -> [Int] {
    var sizes: [Int] = []
    while !take(")") {
      sizes.append(try size())
      guard sizes.count <= Self.mostSizes else { throw damaged("its shape has too many sizes") }
      if !take(",") {
        try require(")")
        guard sizes.count > 1 else { throw damaged("its shape is no tuple") }
        break
      }
    }
    return sizes
  }

  private mutating func size() throws(RowStreamError) -> Int {
    skipSpaces()
    let digits = bytes[place...].prefix { (0x30...0x39).contains($0) }
    guard let size = Int(String(decoding: digits, as: UTF8.self)),
      digits.first != UInt8(ascii: "0") || digits.count == 1
    else { throw damaged("its shape holds something else than sizes") }
    place += digits.count
    return size
  }

  /// A text in quotes of either kind, of printable ASCII without backslashes.
  private mutating func text() throws(RowStreamError) -> String {
    skipSpaces()
    guard place < bytes.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[place])
    else { throw damaged("a text in quotes is missing at byte \(place)") }
    let quote = bytes[place]
    let rest = bytes[(place + 1)...]
    guard let end = rest.firstIndex(of: quote),
      rest[..<end].allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
    else { throw damaged("a text is not of plain letters, or has no end") }
    place = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func require(_ word: String) throws(RowStreamError) {
    guard take(word) else { throw damaged("'\(word)' is missing at byte \(place)") }
  }

  /// Goes behind `word` and the spaces before it, where it comes next.
  private mutating func take(_ word: String) -> Bool {
    skipSpaces()
    guard bytes[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }

  private mutating func skipSpaces() {
    while place < bytes.count, [0x20, 0x09, 0x0A].contains(bytes[place]) { place += 1 }
  }

  private func damaged(_ reason: String) -> RowStreamError {
    .damagedHeader(source: source, reason: reason)
  }
}
