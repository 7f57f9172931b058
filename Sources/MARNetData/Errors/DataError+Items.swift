// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of files with one group per item; nil for other errors.
  var itemDescription: String? {
    switch self {
    case .oneGroupPerItem(let location, let items, let command):
      let shown = items.prefix(2).map { "'\($0)'" }.joined(separator: ", ")
      let more = items.count > 2 ? " and \(grouped(items.count - 2)) more" : ""
      return "\(location.path): holds one group per item, \(shown)\(more). "
        + "Write it as one table first: \(command)"
    case .itemsDiffer(let location, let found, let reference, let referenceFound, let remedy):
      return "\(location) has \(found) but '\(reference)' has \(referenceFound). \(remedy)"
    case .itemsCannotJoin(let path, let text):
      return "\(path): holds one group per item, whose text cannot come from --text \(text). "
        + "Convert it without --text, and give --text with the converted file."
    default:
      return nil
    }
  }
}
