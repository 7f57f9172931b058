// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a dataset says of its size, held against the bytes that its file stores for it, before
/// any memory is taken for its values.
///
/// A few bytes of a header can claim 10^15 rows: HDF5 stores no chunk that was never written and
/// reads fill values in its place.
struct ClaimedSize {
  /// No dataset of ours is as large as 2^50 bytes; below it no product of sizes overflows.
  static let mostBytes = 1 << 50
  /// Bytes that a stored byte may stand for: gzip reaches 1,032.
  static let mostExpansion = 1_100
  /// Values that need not be stored, of a column and of a table: rows nobody wrote yet.
  private static let unwrittenValues = (column: 1 << 20, table: 4 << 20)
  private static let unwrittenBytes = 16 << 20

  let shape: [Int]
  /// Bytes of a value in the file.
  let valueBytes: Int
  let location: DataLocation

  /// - Throws: `DataError` where sizes multiply to more than `mostBytes`, those of an empty
  ///   dataset too: its rows still have a width.
  init(shape: [Int], valueBytes: Int, at location: DataLocation) throws(DataError) {
    self.shape = shape
    self.valueBytes = max(1, valueBytes)
    self.location = location
    if Self.product(shape, of: self.valueBytes) == nil {
      throw DataError.impossibleSize(
        location,
        found: "has \(shown(shape)) of \(counted(self.valueBytes, "byte")) a value",
        needed: "less than 2^50 bytes")
    }
  }

  /// Bytes that the values would take.
  private var byteCount: Int {
    shape.contains(0) ? 0 : Self.product(shape, of: valueBytes) ?? Self.mostBytes
  }

  /// - Throws: `DataError` where `storage`, in a file of `fileBytes`, cannot hold that much.
  func requireStored(_ storage: DatasetStorage, fileBytes: Int) throws(DataError) {
    if storage.byteCount > fileBytes {
      throw DataError.impossibleSize(
        location, found: "says that \(grouped(storage.byteCount)) bytes are stored",
        needed: "no more than the file has, \(grouped(fileBytes))")
    }
    if byteCount > mostBytes(of: storage) {
      throw DataError.impossibleSize(
        location, found: "has \(shown(shape)), which are \(grouped(byteCount)) bytes",
        needed: "values in the file, which stores \(grouped(storage.byteCount)) bytes of it")
    }
    guard let chunk = storage.chunkShape, byteCount > 0 else { return }
    let chunkBytes = Self.product(chunk, of: valueBytes) ?? Self.mostBytes
    // HDF5 takes memory for a whole chunk to read one value of it.
    if chunkBytes > max(storage.byteCount * Self.mostExpansion, Self.unwrittenBytes) {
      throw DataError.impossibleSize(
        location, found: "has chunks of \(grouped(chunkBytes)) bytes",
        needed: "chunks like what is stored, \(grouped(storage.byteCount)) bytes")
    }
    if Self.product([chunk.first ?? 1] + shape.dropFirst(), of: valueBytes) == nil {
      throw DataError.impossibleSize(
        location, found: "has chunks of \(grouped(chunk.first ?? 1)) rows",
        needed: "rows of chunks below 2^50 bytes")
    }
  }

  /// Bytes that values may take of which `storage` holds what was written.
  private func mostBytes(of storage: DatasetStorage) -> Int {
    let count = shape.count > 1 ? Self.unwrittenValues.table : Self.unwrittenValues.column
    let unwritten = min(count * valueBytes, Self.unwrittenBytes)
    if storage.chunkShape != nil { return storage.byteCount * Self.mostExpansion + unwritten }
    // In one piece all is written or nothing; HDF5 reads beyond the end of a header's values.
    return storage.byteCount == 0 && !storage.isCompact ? unwritten : storage.byteCount
  }

  /// The product of `sizes`, where 0 counts as 1, and `bytes`; nil at `mostBytes` or beyond.
  private static func product(_ sizes: [Int], of bytes: Int) -> Int? {
    var result = bytes
    for size in sizes {
      let (product, overflow) = result.multipliedReportingOverflow(by: max(1, size))
      if overflow || product >= mostBytes { return nil }
      result = product
    }
    return result < mostBytes ? result : nil
  }

  /// Bytes of the file at `path`, at most `mostBytes`: one with holes may claim any size.
  static func fileBytes(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? min(Int(status.st_size), mostBytes) : 0
  }
}
