// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of values; nil for other errors.
  var valueDescription: String? {
    switch self {
    case .nonFinite(let location, let row, let column, let value, let badRows, let rows):
      let remedy =
        location.name == "text"
        ? "Repair or drop them; where text is missing, mark it with 'text_mask'."
        : "Repair or drop these rows."
      return "\(location) holds \(value) in row \(grouped(row)), column \(grouped(column)); "
        + "\(grouped(badRows)) of \(counted(rows, "row")) \(badRows == 1 ? "is" : "are") not finite. "
        + remedy
    case .nonFiniteToken(let location, let row, let token, let column, let value, let badTokens):
      return "\(location) holds \(value) in row \(grouped(row)), token \(grouped(token)), column "
        + "\(grouped(column)); \(counted(badTokens, "token")) \(badTokens == 1 ? "is" : "are") not "
        + "finite. Repair them, or drop these rows."
    case .noWords(let location, let row, let badRows):
      return "\(location) marks no word in row \(grouped(row)) (\(counted(badRows, "such row"))), "
        + "which has text. Mark its words, or mark the row in 'text_mask' as without text."
    case .labelOutOfRange(let location, let row, let value, let classCount, let badRows):
      return "\(location) holds \(grouped(value)) in row \(grouped(row)) "
        + "(\(counted(badRows, "such row"))); labels are -1 (unlabelled) or "
        + "0 to \(grouped(classCount - 1)). Count classes from 0."
    case .labelsAreNotIndices(let location, let largest, let rows):
      return "\(location) runs to \(grouped(largest)) over \(counted(rows, "row")), so some "
        + "classes have none. Number the classes 0, 1, 2, ... without gaps."
    case .unknownClassName(let location, let row, let name, let nearest):
      let hint = nearest.map { "Did you mean '\($0)'?" } ?? "Add it to '/class_names'."
      return "\(location) holds '\(name)' in row \(grouped(row)), which is not a class name. "
        + hint
    case .labelNotWhole(let location, let row, let value):
      return "\(location) holds \(value) in row \(grouped(row)); labels are whole numbers, or NaN "
        + "where there is none. Store class indices as int64."
    case .notOneHot(let location, let row, let found):
      return
        "\(location) holds \(found) in row \(grouped(row)); a one-hot row holds one 1 and else "
        + "0, or 0 alone where there is no label. Store class indices as int64."
    case .identifierTooLarge(let location, let row):
      return "\(location) holds a number above \(grouped(Int64.max)) in row \(grouped(row)). "
        + "Store identifiers as int64 or as strings."
    case .duplicateClassName(let location, let name):
      return "\(location) holds '\(name)' twice. Give every class its own name."
    case .emptyClassName(let location, let index):
      return "\(location) holds an empty name for class \(grouped(index)). Name every class."
    case .tooFewClasses(let path, let count):
      return "\(path): has \(counted(count, "class", plural: "classes")); "
        + "a classifier needs 2 or more. Check the labels of '/train'."
    case .noLabelledRow(let location):
      return "\(location) has no labelled row: every value is -1. "
        + "Label at least one row of each class."
    case .classWithoutRows(let location, let index, let name, let missingCount):
      let others =
        missingCount > 1
        ? " (and \(counted(missingCount - 1, "other class", plural: "other classes")))" : ""
      return "\(location) has no labelled row of class \(grouped(index)) '\(name)'\(others). "
        + "Label one, or take the class out of 'class_names'."
    case .noText(let location):
      return "\(location) has no row with text; fitting learns from text. "
        + "Write text features for some training rows."
    default:
      return nil
    }
  }
}
