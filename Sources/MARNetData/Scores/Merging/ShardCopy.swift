// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads the rows of a dataset of a shard as they lie in its file.
struct ShardCopy {
  private let column: HDF5ScoreLayout.Column
  private let shard: HDF5ScoreFile

  private static let blockBytes = 4 << 20

  init(of column: HDF5ScoreLayout.Column, in shard: HDF5ScoreFile) {
    self.column = column
    self.shard = shard
  }

  /// Visits all rows, by their numbers in the split, in blocks of bounded size.
  ///
  /// - Parameter visit: false stops.
  /// - Returns: false when `visit` stopped it.
  /// - Throws: `DataError` where the file cannot be read, or has changed since it was looked at.
  func forEachBlock(
    _ visit: (_ bytes: UnsafeRawBufferPointer, _ rows: Range<Int>) throws -> Bool
  ) throws -> Bool {
    let descriptor = open(shard.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    guard let place = shard.places[column.name] else { return true }
    let blockRows = max(1, Self.blockBytes / column.rowBytes)
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(blockRows, shard.rows.count) * column.rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    for first in stride(from: 0, to: shard.rows.count, by: blockRows) {
      let count = min(blockRows, shard.rows.count - first)
      let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * column.rowBytes)])
      try read(block, from: descriptor, at: place + first * column.rowBytes)
      let start = shard.rows.lowerBound + first
      guard try visit(UnsafeRawBufferPointer(block), start..<start + count) else { return false }
    }
    return true
  }

  private func read(
    _ block: UnsafeMutableRawBufferPointer, from descriptor: CInt, at offset: Int
  ) throws(DataError) {
    var start = 0
    while start < block.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: block[start...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + start))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure() }
      guard count > 0 else {
        throw DataError.cannotRead(path: shard.path, reason: "it became shorter meanwhile")
      }
      start += count
    }
  }

  private func failure() -> DataError {
    .cannotRead(path: shard.path, reason: lastSystemMessage())
  }
}
