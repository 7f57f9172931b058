// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of text in other files; nil for other errors.
  var joinDescription: String? {
    switch self {
    case .textInBothFiles(let location, let other):
      return "\(location) is text, and so is what --text \(other) gives. Leave --text out, or add "
        + "--replace-text to use that instead."
    case .identifierKindsDiffer(let location, let found, let other, let otherFound):
      return "\(location) holds \(found) values but \(other) holds \(otherFound) values. "
        + "Store identifiers of one kind in both files: '7' and 007 are not compared with 7."
    case .duplicateIdentifier(let location, let row, let value):
      return "\(location) holds '\(value)' a second time in row \(grouped(row)). "
        + "Keep one text for each identifier."
    case .noIdentifierFound(let location, let example, let other, let otherExample):
      return "\(location): no training row has an identifier of \(other); the first ones are "
        + "'\(example)' and '\(otherExample)'. Name the identifiers that agree with --id-key and "
        + "--join."
    default:
      return nil
    }
  }
}
