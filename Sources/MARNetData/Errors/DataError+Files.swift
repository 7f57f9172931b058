// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of several files; nil for other errors.
  var filesDescription: String? {
    switch self {
    case .noMatchingFile(let pattern):
      return "\(pattern): no file matches. Give the path of an HDF5 feature file, or a pattern "
        + "that matches some."
    case .sameFileTwice(let path, let earlier):
      return
        "\(path): is the same file as '\(earlier)', which is given before. Name each file once."
    case .columnInSomeFiles(let location, let reference):
      return "\(location.path): has no dataset '\(location.object ?? "/")', but \(reference) has "
        + "one. Add it to the one file, or take it out of the other."
    case .widthsDifferBetweenFiles(let location, let width, let reference, let referenceWidth):
      return "\(location) has \(counted(width, "column")) but \(reference) has "
        + "\(grouped(referenceWidth)). Extract both files with the same encoder."
    case .kindsDifferBetweenFiles(let location, let found, let reference, let referenceFound):
      return "\(location) holds \(found) values but \(reference) holds \(referenceFound) values. "
        + "Store strings in both files, or numbers in both."
    case .classNamesDiffer(let path, let other):
      return "\(path): names its classes differently than \(other). Write one 'class_names' into "
        + "both files, and count the labels by it."
    case .undividedBesideSplits(let path, let other):
      return "\(path): does not say to which split its rows belong, but \(other) does. Add a "
        + "'split' column to the one file, or fit without the other's."
    default:
      return nil
    }
  }
}
