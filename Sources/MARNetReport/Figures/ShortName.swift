// SPDX-License-Identifier: Apache-2.0

/// Names cut to what a place in a drawing holds. Widths are estimates for a wide font: nothing
/// here can measure text.
package enum ShortName {
  /// `name`, cut where it would be wider than `width` at a font size of `size`.
  package static func of(_ name: String, width: Double, size: Double = 12, isBold: Bool = false)
    -> String
  {
    let most = width / (size * (isBold ? 1.13 : 1))
    guard self.width(of: name) > most else { return name }
    var kept = ""
    var used = ellipsis
    for character in name {
      used += self.width(of: character)
      guard used <= most else { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// In units of the font size.
  package static func width(of name: String) -> Double { name.reduce(0) { $0 + width(of: $1) } }

  private static let ellipsis = 1.0

  private static func width(of character: Character) -> Double {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "f", "t", "r", " ", "(", ")", "-":
      return 0.42
    case "m", "w", "M", "W", "@", "%": return 1
    case "A"..."Z", "0"..."9", "_": return 0.72
    default: return scalar.value >= 0x2E80 ? 1.05 : 0.64
    }
  }
}
