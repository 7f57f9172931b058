// SPDX-License-Identifier: Apache-2.0

/// Text of a page that is markup. Every string that is put into a literal is escaped on its way
/// in, so that names from files cannot become markup.
package struct Markup: ExpressibleByStringInterpolation, Sendable, Equatable {
  package var text: String

  /// Text that is markup already.
  package init(markup text: String) { self.text = text }

  package init(stringLiteral value: String) { text = value }

  package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Escaped text.
  package init(_ plain: String) { text = Self.escaped(plain) }

  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text: String

    package init(literalCapacity: Int, interpolationCount: Int) {
      text = ""
      text.reserveCapacity(literalCapacity + 12 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ plain: String) { text += Markup.escaped(plain) }
    package mutating func appendInterpolation(_ number: Int) { text += String(number) }
    package mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    package mutating func appendInterpolation(_ parts: [Markup]) {
      for part in parts { text += part.text }
    }

    /// A length or place in a drawing, in tenths.
    package mutating func appendInterpolation(_ length: Double) { text += Markup.length(length) }
  }

  package static func + (left: Markup, right: Markup) -> Markup {
    Markup(markup: left.text + right.text)
  }

  /// `text` with what markup gives a meaning replaced, and without the control characters that
  /// neither HTML nor XML may hold.
  package static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isControl =
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
          || scalar.value & 0xFFFE == 0xFFFE || Self.turnsText(scalar)
        result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  /// Marks that turn the direction of the text around them: a name may not reorder the page.
  private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
    (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }

  /// A number with at most one digit after the point.
  package static func length(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    let sign = tenths < 0 ? "-" : ""
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}

extension [Markup] {
  /// All of them, one after the other.
  package func joined(separator: Markup = "") -> Markup {
    Markup(markup: map(\.text).joined(separator: separator.text))
  }
}
