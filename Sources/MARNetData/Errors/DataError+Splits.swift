// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of how rows are divided into splits; nil for other errors.
  var splitDescription: String? {
    switch self {
    case .unknownLayout(let location, let present):
      return "\(location.path): holds neither a group 'train' nor a dataset 'visual', but "
        + "\(listed(present)). Name its datasets with --visual-key, --text-key and --label-key, "
        + "as 'inspect' proposes."
    case .missingGroup(let location, let present):
      return "\(location.path): has no group '\(location.object ?? "/")'; the file holds "
        + "\(listed(present)). Name another with --group."
    case .twoGroupsOfSplit(let path, let split, let groups):
      return "\(path): holds \(listed(groups)), which all mean the split '\(split.rawValue)'. "
        + "Keep the one that is meant."
    case .twoSplitSources(let location, let other):
      return "\(location) says which row belongs to which split, and so does '\(other)'. "
        + "Name the one that is meant with --split-key."
    case .unknownSplits(let location, let values):
      return "\(location) holds \(listed(values)); it needs 'train', 'val' and 'test', or 0, 1 and "
        + "2. Rename these, or leave the rows out."
    case .noRowsOfSplit(let location, let split, let present):
      return "\(location) gives no row to '\(split.rawValue)', but rows to "
        + "\(listed(present.map(\.rawValue))). Give it some, or use another split."
    case .splitIndexOutOfRange(let location, let position, let index, let rowCount):
      return "\(location) holds \(grouped(index)) at position \(grouped(position)), but the rows "
        + "run from 0 to \(grouped(rowCount - 1)). Count rows from 0."
    case .splitIndexTwice(let location, let index, let other):
      return other.map {
        "\(location) holds row \(grouped(index)), which '\($0)' holds as well. Give each row to "
          + "one split."
      } ?? "\(location) holds row \(grouped(index)) twice. Name each row once."
    default:
      return nil
    }
  }
}
