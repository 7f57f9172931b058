// SPDX-License-Identifier: Apache-2.0

/// Text that a terminal shows and does not obey.
///
/// Names of classes, datasets and files come from strangers: a control character in them could
/// colour, overwrite or hide what is printed, or make the terminal answer.
enum PrintableText {
  /// `text` with every control character but line ends (C0, DEL, C1) written as `\x1b` is.
  static func lines(_ text: String) -> String {
    escaping(text, after: "\\x") { isControl($0) && $0 != "\n" }
  }

  /// The same with line ends written so too: for what stands in one line.
  static func line(_ text: String) -> String { escaping(text, after: "\\x", isControl) }

  /// A JSON document whose strings hold no control character, as encoders leave DEL and C1.
  static func json(_ text: String) -> String {
    escaping(text, after: "\\u00") { isControl($0) && $0 != "\n" }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }

  private static func escaping(
    _ text: String, after mark: String, _ isHarmful: (Unicode.Scalar) -> Bool
  ) -> String {
    guard text.unicodeScalars.contains(where: isHarmful) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isHarmful(scalar) {
        let digits = String(scalar.value, radix: 16)
        result += mark + (digits.count < 2 ? "0" : "") + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
