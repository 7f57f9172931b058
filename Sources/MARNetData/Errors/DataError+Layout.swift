// SPDX-License-Identifier: Apache-2.0

extension DataError {
  /// The words for errors of layout; nil for other errors.
  var layoutDescription: String? {
    switch self {
    case .missingSplit(let path, let split, let present):
      return "\(path): has no group '/\(split.rawValue)'; the file holds \(listed(present)). "
        + "Put the features into '/\(split.rawValue)/visual', one row a sample."
    case .missingDataset(let location, let present, let nearest, let flag):
      return "\(location.path): has no dataset '\(location.object ?? "/")'; the group holds "
        + "\(listed(present)). \(Self.remedy(forMissing: location, nearest: nearest, flag: flag))"
    case .notAGroup(let location):
      return "\(location.path): '\(location.object ?? "/")' is not a group. "
        + "Splits are groups that hold 'visual', 'text' and 'label'."
    case .notADataset(let location):
      return "\(location.path): '\(location.object ?? "/")' is not a dataset. "
        + "Store it as one array, one row a sample."
    case .danglingLink(let location):
      return
        "\(location.path): '\(location.object ?? "/")' is a link to something that is not in the file. "
        + "Store the array itself."
    case .linkOutsideFolder(let location, let kind, let target):
      return "\(location.path): '\(location.object ?? "/")' is \(kind) to '\(target)', which lies "
        + "outside the file's folder. Copy the data into the folder, or allow it with "
        + "--allow-external-links."
    case .missingLinkTarget(let location, let kind, let target):
      return "\(location.path): '\(location.object ?? "/")' is \(kind) to '\(target)', which is "
        + "not there. Put it back where the file names it."
    case .incompleteStorage(let location, let kind, let detail):
      return "\(location.path): '\(location.object ?? "/")' is \(kind) \(detail). "
        + "Copy the array into one dataset."
    case .impossibleSize(let location, let found, let needed):
      return "\(location) \(found); it needs \(needed). Copy the file again, or write it again."
    case .missingFilter(let location, let filter):
      return "\(location.subject) is compressed with filter '\(filter)', which HDF5 "
        + "\(HDF5Library.version) here does not have. "
        + "Save it again with compression=\"gzip\" or without compression."
    case .twoLabelDatasets(let path, let group):
      return "\(path): '\(group)' holds both 'label' and 'labels'. Keep the one that is meant."
    case .wrongRank(let location, let shape, let needed, let remedy):
      return "\(location) has \(shown(shape)); it needs \(needed). \(remedy)"
    case .unusableAttribute(let location, let name, let found, let needed, let remedy):
      return "\(location): attribute '\(name)' \(found); it needs \(needed). \(remedy)"
    case .wrongType(let location, let found, let needed, let remedy):
      return "\(location) holds \(found) values; it needs \(needed). \(remedy)"
    case .emptySplit(let location):
      return "\(location) has no rows. Remove the split, or write its rows."
    case .noColumns(let location):
      return "\(location) has no columns; it needs 1 or more. Run the feature extraction again."
    case .unequalRows(let location, let rows, let reference, let referenceRows):
      return "\(location) has \(counted(rows, "row")) but '\(reference)' has "
        + "\(grouped(referenceRows)). \(Self.remedy(forRowsOf: location))"
    case .unequalWidths(let location, let width, let reference, let referenceWidth):
      return "\(location) has \(counted(width, "column")) but '\(reference)' has "
        + "\(grouped(referenceWidth)). Extract both splits with the same encoder."
    case .tokenWidth(let location, let width, let features, let featureWidth):
      return "\(location) has tokens of \(counted(width, "column")) but '\(features)' has "
        + "\(grouped(featureWidth)). Store tokens and features of one width: both pass through "
        + "one projector."
    case .widthDiffersFromModel(let location, let width, let modelWidth):
      return "\(location) has \(counted(width, "column")) but the model was fitted on "
        + "\(grouped(modelWidth)). Extract the features with the encoder used for fitting."
    default:
      return nil
    }
  }

  private static func remedy(
    forMissing location: DataLocation, nearest: String?, flag: String?
  ) -> String {
    if let nearest {
      return flag.map { "Did you mean '\(nearest)'? Name it with \($0) \(nearest)." }
        ?? "Did you mean '\(nearest)'? Rename it to '\(location.name)'."
    }
    if let flag { return "Add it, or name another with \(flag)." }
    let columns =
      switch location.name {
      case "visual_tokens", "text_tokens": ", tokens, width"
      case "text_tokens_mask": ", tokens"
      default: ""
      }
    return "Add '\(location.name)' of shape [rows\(columns)]."
  }

  private static func remedy(forRowsOf location: DataLocation) -> String {
    guard location.name == "text", let object = location.object else {
      return "Rows must pair one to one; write one value for each row."
    }
    let mask = object.hasPrefix("/") ? "\(object)_mask" : "hasText"
    return "Rows must pair one to one; re-extract the shorter one, "
      + "or mark missing text with '\(mask)'."
  }
}
