// SPDX-License-Identifier: Apache-2.0

extension DataError: CustomStringConvertible {
  /// Where, what was found, what was needed, and one remedy.
  public var description: String {
    switch self {
    case .fileNotFound(let path):
      "\(path): no such file. Give the path of an HDF5 feature file."
    case .isFolder(let path):
      "\(path): is a folder. Give the path of an HDF5 feature file."
    case .notAPlainFile(let path):
      "\(path): is a pipe or a device, which HDF5 cannot read. Copy the data into a file first."
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason). Check the file's permissions."
    case .notHDF5(let path):
      "\(path): is not an HDF5 file: its signature is missing. "
        + "Write the features with h5py, or convert them."
    case .truncatedFile(let path, let detail):
      "\(path): is shorter than its header says (HDF5: \(detail)). "
        + "Copy it again, or run the extraction again."
    case .newerFormat(let location, let detail):
      "\(location.subject) is written in a newer format than HDF5 \(HDF5Library.version) reads "
        + "(HDF5: \(detail)). Save it again with h5py and libver=(\"earliest\", \"v114\")."
    case .changedWhileRead(let path):
      "\(path): was changed while it was read. Run again when whatever writes it has finished."
    case .fileLocked(let path):
      "\(path): is locked by a program that writes it. Close that program first."
    case .lockingUnsupported(let path, let reason):
      "\(path): lies on a file system that cannot lock files (\(reason)). "
        + "Set HDF5_USE_FILE_LOCKING=FALSE in the environment."
    case .notClosed(let path, let detail):
      "\(path): was not closed by the program that wrote it (HDF5: \(detail)). "
        + "If that program has ended, run 'h5clear -s' on a copy of the file."
    case .damagedChunk(let location, let rows, let detail):
      "\(location) is damaged in rows \(grouped(rows.lowerBound)) to "
        + "\(grouped(rows.upperBound - 1)) (HDF5: \(detail)). Copy the file again, or write it again."
    case .hdf5(let location, let action, let detail):
      "\(location): HDF5 could not \(action): \(detail). "
        + "Check the file with h5dump, or write it again."
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason). Give another output path, or make room there."
    case .outputClosed(let path):
      "\(path): the program that reads it has closed it. Write to a file instead."
    case .unknownScoreFormat(let path):
      "\(path): does not name a format of scores by its extension. "
        + "End it in .h5, .hdf5, .csv, .jsonl or .npy."
    case .outsideTypeRange(let location, let row, let value, let type):
      "\(location): row \(grouped(row)) holds \(value), which \(type.rawValue) cannot hold. "
        + "Store the features as float32."
    case .parameterOutOfRange(let name, let value, let needed):
      "synthetic features: \(name) is \(value); it needs to be \(needed). Choose another value."
    default:
      filesDescription ?? joinDescription ?? itemDescription ?? layoutDescription
        ?? splitDescription ?? valueDescription
        ?? "unknown data error"
    }
  }
}

/// `number` with thousands separators: "10,000".
func grouped(_ number: some BinaryInteger) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// "1 row", "2,000 rows".
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A shape to show: "[10,000, 512]", or what has none.
func shown(_ shape: [Int]?) -> String {
  guard let shape else { return "no values" }
  guard !shape.isEmpty else { return "a single value" }
  return "shape [" + shape.map { grouped($0) }.joined(separator: ", ") + "]"
}

/// Names to show, at most eight: "'a', 'b' and 3 more".
func listed(_ names: [String]) -> String {
  guard !names.isEmpty else { return "nothing" }
  let most = 8
  let shown = names.prefix(most).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > most ? "\(shown) and \(grouped(names.count - most)) more" : shown
}
