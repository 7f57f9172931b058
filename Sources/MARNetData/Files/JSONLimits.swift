// SPDX-License-Identifier: Apache-2.0

/// Bounds on JSON from strangers, checked in one pass before a parser takes memory for it: a
/// parser takes about a hundred bytes for a value of two.
package enum JSONLimits {
  /// Arrays and objects within each other.
  package static let mostDepth = 32
  /// Values, keys not counted.
  package static let mostValues = 500_000
  /// Bytes of a file.
  package static let mostBytes = 8 << 20

  /// Why `bytes` are refused, in words; nil where they keep to the limits. Whether they are JSON
  /// is for the parser to say.
  package static func objection(
    to bytes: some Sequence<UInt8>, mostValues: Int = mostValues
  ) -> String? {
    var depth = 0
    var values = 1
    var isInString = false
    var isEscaped = false
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        values += 1
        if depth > mostDepth { return "it is nested more than \(mostDepth) deep" }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ","):
        values += 1
      default: break
      }
      if values > mostValues {
        return "it holds more than \(grouped(mostValues)) values"
      }
    }
    return nil
  }
}
