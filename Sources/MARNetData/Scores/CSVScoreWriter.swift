// SPDX-License-Identifier: Apache-2.0

/// Scores as CSV (RFC 4180, lines end in CR LF): row, id where there is one, the
/// predicted class by name, then the probability of every class or the k likeliest.
final class CSVScoreWriter: SequentialScoreWriter {
  private let quotedNames: [[UInt8]]

  init(to target: ScoreTarget, columns: ScoreColumns) throws {
    if columns.embeddingWidth != nil || columns.reconstructionWidth != nil {
      throw DataError.cannotWrite(
        path: target.path, reason: "embeddings and reconstructions need .h5 or .jsonl")
    }
    quotedNames = columns.classNames.map { Self.field($0) }
    var names = ["row"] + (columns.idKind == nil ? [] : ["id"]) + ["prediction"]
    if let k = columns.topK {
      for rank in 1...k { names += ["top\(rank)_class", "top\(rank)_probability"] }
    } else {
      names += columns.classNames.map { "prob_\($0)" }
    }
    let header = names.map { Self.field($0) }.joined(separator: [UInt8(ascii: ",")])
    try super.init(to: target, columns: columns, header: header + Self.lineEnd)
  }

  override func encode(_ block: ScoreBlock, row: Int, into text: inout [UInt8]) {
    let comma = UInt8(ascii: ",")
    text += String(block.firstRow + row).utf8
    switch block.ids {
    case .integers(let ids)?:
      text.append(comma)
      text += String(ids[row]).utf8
    case .strings(let ids)?:
      text.append(comma)
      text += Self.field(ids[row])
    case nil: break
    }
    text.append(comma)
    text += quotedNames[Int(block.prediction[row])]
    if let k = columns.topK {
      for index in block.mostProbable(k, row: row) {
        text.append(comma)
        text += quotedNames[index]
        text.append(comma)
        text += block.probabilities[row, index].description.utf8
      }
    } else {
      for value in block.probabilities.row(row) {
        text.append(comma)
        text += value.description.utf8
      }
    }
    text += Self.lineEnd
  }

  private static let lineEnd = Array("\r\n".utf8)

  /// `text` as a field: quoted when it holds a quote, a comma or a line end, or begins
  /// or ends with a space.
  private static func field(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let special = Set("\",\r\n".utf8)
    let space = UInt8(ascii: " ")
    guard bytes.contains(where: special.contains) || bytes.first == space || bytes.last == space
    else { return bytes }
    let quote = UInt8(ascii: "\"")
    return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }
}
