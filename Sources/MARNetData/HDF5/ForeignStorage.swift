// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The files beside its own in which a dataset's values lie: the sources of a virtual dataset,
/// or raw files.
///
/// HDF5 reads fill values where such a file is missing or too short; here that is an error.
struct ForeignStorage {
  private let list: HDF5Handle
  private let shape: [Int]
  private let location: DataLocation
  private let group: HDF5Group

  /// The paths of the files beside its own in which values of the dataset `id` in `group` lie;
  /// nil where it holds them itself.
  ///
  /// - Throws: `DataError` unless they are there, in files that its rule allows.
  static func files(
    of id: hid_t, shape: [Int]?, valueBytes: Int, in group: HDF5Group, at location: DataLocation
  ) throws(DataError) -> [String]? {
    let list = HDF5Handle(
      owning: try HDF5Library.check(
        H5Dget_create_plist(id), "read the storage layout", at: location))
    let storage = ForeignStorage(
      list: list, shape: shape ?? [0], location: location, group: group)
    let isVirtual = H5Pget_layout(list.id) == H5D_VIRTUAL
    let isRaw = H5Pget_external_count(list.id) > 0
    guard isVirtual || isRaw else { return nil }
    var files: [String] = []
    if isVirtual { files += try storage.virtualSources() }
    if isRaw { files += try storage.rawFiles(valueBytes: valueBytes) }
    return files
  }

  private func virtualSources() throws(DataError) -> [String] {
    let kind = "a virtual dataset"
    guard let links = group.links.nested else {
      throw DataError.incompleteStorage(
        location, kind: kind, detail: "over virtual datasets, more than \(LinkRule.mostNested) deep"
      )
    }
    let group = HDF5Group(location: group.location, handle: group.handle, links: links)
    var count = 0
    try HDF5Library.check(
      H5Pget_virtual_count(list.id, &count), "read the virtual layout", at: location)
    var files: [String] = []
    var covered = 0
    for index in 0..<count {
      let file = text { H5Pget_virtual_filename(list.id, index, $0, $1) }
      let object = text { H5Pget_virtual_dsetname(list.id, index, $0, $1) }
      if (file + object).contains("%") {
        throw DataError.incompleteStorage(
          location, kind: kind, detail: "over a series of names, '\(file)'")
      }
      let source: HDF5Dataset?
      if file == "." {
        source = try group.opened("/").dataset(object)
      } else {
        let path = try links.path(of: file, namedBy: kind, at: location)
        source = try HDF5File(reading: path, links: links).root().dataset(object)
        files.append(path)
      }
      guard let source else {
        throw DataError.missingLinkTarget(location, kind: kind, target: "\(object)' in '\(file)")
      }
      files += source.foreignFiles.keys
      let (sum, overflow) = covered.addingReportingOverflow(
        try mappedValues(index, source: source))
      covered = overflow ? Int.max : sum
    }
    if covered < shape.reduce(1, *) {
      throw DataError.incompleteStorage(
        location, kind: kind,
        detail: "whose sources hold \(grouped(covered)) of \(grouped(shape.reduce(1, *))) values")
    }
    return files
  }

  /// Values that source number `index` gives.
  private func mappedValues(_ index: Int, source: HDF5Dataset) throws(DataError) -> Int {
    let inSource = HDF5Handle(
      owning: try HDF5Library.check(
        H5Pget_virtual_srcspace(list.id, index), "read the virtual layout", at: location))
    let inTarget = HDF5Handle(
      owning: try HDF5Library.check(
        H5Pget_virtual_vspace(list.id, index), "read the virtual layout", at: location))
    let sizes = source.shape ?? []
    var first = [hsize_t](repeating: 0, count: 32)
    var last = first
    let values = H5Sget_select_npoints(inTarget.id)
    let isAll = H5Sget_select_type(inSource.id) == H5S_SEL_ALL
    let goesBeyond =
      isAll
      ? values > sizes.reduce(1, *)
      : H5Sget_select_bounds(inSource.id, &first, &last) >= 0
        && zip(last, sizes).contains { $0 != hsize_t.max && $0 >= hsize_t($1) }
    if goesBeyond {
      throw DataError.incompleteStorage(
        location, kind: "a virtual dataset",
        detail: "that takes more from \(source.location) than its \(shown(source.shape))")
    }
    // A selection without an end takes what the source has.
    if values < 0 { return sizes.reduce(1, *) }
    let taken = isAll ? values : H5Sget_select_npoints(inSource.id)
    return Int(clamping: taken < 0 ? values : min(values, taken))
  }

  private func rawFiles(valueBytes: Int) throws(DataError) -> [String] {
    let kind = "external storage"
    var files: [String] = []
    let needed = shape.reduce(valueBytes, *)
    var available = 0
    for index in 0..<max(0, H5Pget_external_count(list.id)) {
      var name = [CChar](repeating: 0, count: 4096)
      var offset: off_t = 0
      var size: hsize_t = 0
      try HDF5Library.check(
        H5Pget_external(list.id, UInt32(index), name.count, &name, &offset, &size),
        "read the storage layout", at: location)
      let nameBytes = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      let path = try group.links.path(
        of: String(decoding: nameBytes, as: UTF8.self), namedBy: kind, at: location)
      try FileKind.requireReadableFile(path)
      files.append(path)
      let bytes = offset < 0 ? 0 : max(0, ClaimedSize.fileBytes(path) - Int(offset))
      available += min(Int(clamping: size), bytes, needed - available)
    }
    if available < needed {
      throw DataError.incompleteStorage(
        location, kind: kind,
        detail: "whose files hold \(grouped(available)) of \(grouped(needed)) bytes")
    }
    return files
  }

  private func text(_ get: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
    let length = max(0, get(nil, 0))
    var bytes = [CChar](repeating: 0, count: length + 1)
    _ = get(&bytes, bytes.count)
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
