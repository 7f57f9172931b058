// SPDX-License-Identifier: Apache-2.0

/// Where something was found: a file, and an object in it when there is one.
public struct DataLocation: Hashable, Sendable, CustomStringConvertible {
  /// The path of the file as the caller gave it, or a name for rows held in memory.
  public let path: String
  /// The HDF5 path of the object, such as "/train/visual"; nil means the file itself.
  public let object: String?

  /// Names a file, or an object in it.
  public init(path: String, object: String? = nil) {
    self.path = path
    self.object = object
  }

  /// The object `name` below this one.
  func child(_ name: String) -> DataLocation {
    let parent = object ?? "/"
    return DataLocation(path: path, object: parent == "/" ? "/\(name)" : "\(parent)/\(name)")
  }

  /// The last component of the object's path.
  var name: String { object?.split(separator: "/").last.map(String.init) ?? "/" }

  /// The subject of a sentence about it.
  var subject: String { object == nil ? "\(path):" : description }

  /// "train.h5: dataset '/train/text'", or the path alone.
  public var description: String {
    guard let object else { return path }
    return "\(path): dataset '\(object)'"
  }
}
