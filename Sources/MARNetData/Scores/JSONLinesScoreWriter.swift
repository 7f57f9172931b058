// SPDX-License-Identifier: Apache-2.0

/// Scores as JSON Lines: one object a row with `row`, `id`, `prediction` (a class name),
/// `probabilities` (by class name) or `top_k`, `embedding`, `reconstruction`.
final class JSONLinesScoreWriter: SequentialScoreWriter {
  private let quotedNames: [[UInt8]]

  init(to target: ScoreTarget, columns: ScoreColumns) throws {
    quotedNames = columns.classNames.map { Self.quoted($0) }
    try super.init(to: target, columns: columns, header: [])
  }

  override func encode(_ block: ScoreBlock, row: Int, into text: inout [UInt8]) {
    text += "{\"row\":\(block.firstRow + row)".utf8
    switch block.ids {
    case .integers(let ids)?: text += ",\"id\":\(ids[row])".utf8
    case .strings(let ids)?:
      text += ",\"id\":".utf8
      text += Self.quoted(ids[row])
    case nil: break
    }
    text += ",\"prediction\":".utf8
    text += quotedNames[Int(block.prediction[row])]
    if let k = columns.topK {
      text += ",\"top_k\":[".utf8
      for (rank, index) in block.mostProbable(k, row: row).enumerated() {
        text += (rank == 0 ? "{\"class\":" : ",{\"class\":").utf8
        text += quotedNames[index]
        text += ",\"probability\":".utf8
        text += Self.number(block.probabilities[row, index]).utf8
        text.append(UInt8(ascii: "}"))
      }
      text.append(UInt8(ascii: "]"))
    } else {
      text += ",\"probabilities\":{".utf8
      for (index, value) in block.probabilities.row(row).enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text += quotedNames[index]
        text.append(UInt8(ascii: ":"))
        text += Self.number(value).utf8
      }
      text.append(UInt8(ascii: "}"))
    }
    list("embedding", block.embedding?.row(row), into: &text)
    list("reconstruction", block.reconstruction?.row(row), into: &text)
    text += "}\n".utf8
  }

  private func list(_ name: String, _ values: [Float]?, into text: inout [UInt8]) {
    guard let values else { return }
    text += ",\"\(name)\":[".utf8
    for (index, value) in values.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += Self.number(value).utf8
    }
    text.append(UInt8(ascii: "]"))
  }

  /// The shortest text that reads back as `value`; JSON has no NaN and no infinity.
  private static func number(_ value: Float) -> String {
    value.isFinite ? value.description : "null"
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var result = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): result += "\\\"".utf8
      case UInt8(ascii: "\\"): result += "\\\\".utf8
      case UInt8(ascii: "\n"): result += "\\n".utf8
      case UInt8(ascii: "\r"): result += "\\r".utf8
      case UInt8(ascii: "\t"): result += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        result += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
      default: result.append(byte)
      }
    }
    return result + [UInt8(ascii: "\"")]
  }
}
