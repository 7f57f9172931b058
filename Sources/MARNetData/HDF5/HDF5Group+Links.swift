// SPDX-License-Identifier: Apache-2.0

import CHDF5

extension HDF5Group {
  /// Links followed one after the other at most: more are a circle.
  private static let mostHops = 32

  /// An object under the name by which its own group holds it.
  struct Place {
    let group: HDF5Group
    let name: String
    let location: DataLocation
    let kind: H5O_type_t

    var isGroup: Bool { kind == H5O_TYPE_GROUP }
  }

  /// Where `path` below this group leads, links followed; nil when nothing is there.
  ///
  /// Links are followed here and never by HDF5, which would search other folders and open
  /// whatever it finds.
  ///
  /// - Throws: `DataError` for links that lead nowhere or where the rule forbids.
  func place(of path: String) throws(DataError) -> Place? {
    try HDF5Library.synchronized { () throws(DataError) in
      var hops = Self.mostHops
      guard let (group, name) = try locate(path, hops: &hops) else { return nil }
      // In this file it is shown as it was asked for; in another as it is called there.
      let location =
        group.location.path == self.location.path
        ? self.location.child(path) : group.location.child(name)
      let kind = try HDF5Library.check(
        chdf5_object_kind(group.handle.id, name), "look up the object", at: location)
      return Place(
        group: group, name: name, location: location, kind: H5O_type_t(rawValue: Int32(kind)))
    }
  }

  private func locate(
    _ path: String, hops: inout Int
  ) throws(DataError) -> (group: HDF5Group, name: String)? {
    let names = path.split(separator: "/").map(String.init).filter { $0 != "." }
    guard let last = names.last else { return (self, ".") }
    var group = self
    for name in names.dropLast() {
      guard let (parent, child) = try group.target(of: name, hops: &hops) else { return nil }
      guard chdf5_object_kind(parent.handle.id, child) == H5O_TYPE_GROUP.rawValue else {
        throw DataError.notAGroup(parent.location.child(child))
      }
      group = try parent.opened(child)
    }
    return try group.target(of: last, hops: &hops)
  }

  /// The hard link to which the link `name` leads; nil when there is none of that name.
  private func target(
    of name: String, hops: inout Int
  ) throws(DataError) -> (group: HDF5Group, name: String)? {
    if name == "." { return (self, name) }
    guard H5Lexists(handle.id, name, 0) > 0 else { return nil }
    let here = location.child(name)
    let kind = chdf5_link_kind(handle.id, name)
    if kind == H5L_TYPE_HARD.rawValue { return (self, name) }
    guard hops > 0, let value = linkValue(name) else { throw DataError.danglingLink(here) }
    hops -= 1
    if kind == H5L_TYPE_SOFT.rawValue {
      let text = String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
      let start = text.hasPrefix("/") ? try root() : self
      guard let target = try start.locate(text, hops: &hops) else {
        throw DataError.danglingLink(here)
      }
      return target
    }
    guard kind == H5L_TYPE_EXTERNAL.rawValue,
      let (fileName, objectName) = Self.externalTarget(value)
    else { throw DataError.danglingLink(here) }
    let path = try links.path(of: fileName, namedBy: "an external link", at: here)
    let other = try HDF5File(reading: path, links: links).root()
    guard let target = try other.locate(objectName, hops: &hops) else {
      throw DataError.missingLinkTarget(
        here, kind: "an external link", target: "\(objectName)' in '\(fileName)")
    }
    return target
  }

  /// The bytes that a soft or an external link holds.
  private func linkValue(_ name: String) -> [UInt8]? {
    let size = chdf5_link_value_size(handle.id, name)
    guard size > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    return H5Lget_val(handle.id, name, &bytes, size, 0) < 0 ? nil : bytes
  }

  /// The file and the object that the bytes of an external link name.
  private static func externalTarget(_ value: [UInt8]) -> (file: String, object: String)? {
    value.withUnsafeBytes { bytes in
      var flags: UInt32 = 0
      var file: UnsafePointer<CChar>?
      var object: UnsafePointer<CChar>?
      guard
        H5Lunpack_elink_val(bytes.baseAddress, bytes.count, &flags, &file, &object) >= 0,
        let file, let object
      else { return nil }
      return (String(cString: file), String(cString: object))
    }
  }

  /// The root group of the file that holds this group.
  private func root() throws(DataError) -> HDF5Group {
    let here = DataLocation(path: location.path, object: "/")
    let id = try HDF5Library.check(
      H5Gopen2(handle.id, "/", 0), "open the root group", at: here)
    return HDF5Group(location: here, handle: HDF5Handle(owning: id), links: links)
  }

  /// Opens the group `name`, a hard link, shown as lying at `location`.
  func opened(_ name: String, shownAt location: DataLocation? = nil) throws(DataError) -> HDF5Group
  {
    let here = location ?? self.location.child(name)
    let id = try HDF5Library.check(H5Gopen2(handle.id, name, 0), "open the group", at: here)
    return HDF5Group(location: here, handle: HDF5Handle(owning: id), links: links)
  }
}
