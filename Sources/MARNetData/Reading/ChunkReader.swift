// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetDense

/// Reads whole chunks as they lie in the file and undoes their filters itself, so that
/// several threads decompress at once; inside HDF5 one lock covers that too.
///
/// Only what is common and checked is read so: gzip, with or without shuffle before it, or
/// no filter at all. Whatever else it meets it leaves to HDF5, which knows the error.
struct ChunkReader {
  private let dataset: HDF5Dataset
  private let decoding: FloatDecoding
  private let chunkRows: Int
  private let chunkColumns: Int
  private let isPacked: Bool
  private let isShuffled: Bool

  /// Larger chunks would take as much memory again for every thread.
  private static let largestChunkBytes = 16 << 20

  private var valueBytes: Int { decoding.format.byteCount }
  private var chunkBytes: Int { chunkRows * chunkColumns * valueBytes }

  /// nil for a dataset whose chunks are left to HDF5.
  init?(_ dataset: HDF5Dataset) {
    guard let chunk = dataset.storage.chunkShape, chunk.count == 2, chunk[0] > 0, chunk[1] > 0
    else { return nil }
    switch dataset.storage.filterNumbers {
    case []: (isShuffled, isPacked) = (false, false)
    case [H5Z_FILTER_DEFLATE]: (isShuffled, isPacked) = (false, true)
    case [H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE]: (isShuffled, isPacked) = (true, true)
    default: return nil
    }
    self.dataset = dataset
    decoding = FloatDecoding(dataset)
    (chunkRows, chunkColumns) = (chunk[0], chunk[1])
    if isPacked && !Inflation.isAvailable { return nil }
    if chunkBytes > Self.largestChunkBytes { return nil }
  }

  /// Reads `rows` into `target`, `[rows.count, rowWidth]`.
  ///
  /// - Returns: false when HDF5 has to read them: they are not whole chunks, a chunk was
  ///   never written or skipped a filter, or it is damaged. `target` is undefined then.
  func read(_ rows: Range<Int>, into target: MatrixView, scratch: ReadingScratch) -> Bool {
    guard rows.lowerBound % chunkRows == 0,
      rows.upperBound % chunkRows == 0 || rows.upperBound == dataset.rowCount
    else { return false }
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: chunkRows) {
      let start = row - rows.lowerBound
      let block = target.rows(start..<min(start + chunkRows, rows.count))
      for column in stride(from: 0, to: dataset.rowWidth, by: chunkColumns) {
        let columns = column..<min(column + chunkColumns, dataset.rowWidth)
        guard let stored = chunk(row, column, scratch) else { return false }
        decoding.decode(stored, width: chunkColumns, into: block.columns(columns))
      }
    }
    return true
  }

  /// The values of the chunk that begins at `row`, `column`, in the stored type.
  private func chunk(
    _ row: Int, _ column: Int, _ scratch: ReadingScratch
  ) -> UnsafeMutableRawPointer? {
    guard let packed = fetch([hsize_t(row), hsize_t(column)], scratch) else { return nil }
    guard isPacked else { return packed.count == chunkBytes ? packed.baseAddress : nil }
    let stored = scratch.stored.withCapacity(chunkBytes)
    let inflated = isShuffled ? scratch.shuffled.withCapacity(chunkBytes) : stored
    let room = UnsafeMutableRawBufferPointer(start: inflated, count: chunkBytes)
    guard Inflation.inflate(UnsafeRawBufferPointer(packed), into: room) else { return nil }
    if isShuffled {
      ByteShuffle.undo(inflated, into: stored, count: chunkBytes / valueBytes, width: valueBytes)
    }
    return stored
  }

  private func fetch(
    _ offset: [hsize_t], _ scratch: ReadingScratch
  ) -> UnsafeMutableRawBufferPointer? {
    HDF5Library.synchronized {
      var size: hsize_t = 0
      guard H5Dget_chunk_storage_size(dataset.handle.id, offset, &size) >= 0, size > 0,
        // Compressed noise is a little longer than it was; anything far longer is damage.
        size <= hsize_t(2 * chunkBytes + 1024)
      else { return nil }
      var skippedFilters: UInt32 = 0
      let bytes = scratch.packed.withCapacity(Int(size))
      guard
        chdf5_read_chunk(dataset.handle.id, offset, &skippedFilters, bytes, Int(size)) >= 0,
        skippedFilters == 0
      else { return nil }
      return UnsafeMutableRawBufferPointer(start: bytes, count: Int(size))
    }
  }
}
