// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetDense

/// Reads whole chunks as they lie in the file and undoes their filters itself, so that
/// several threads decompress at once; inside HDF5 one lock covers that too.
///
/// Only what is common and checked is read so (`ChunkFilters`). Whatever else it meets it
/// leaves to HDF5, which knows the error.
struct ChunkReader {
  private let dataset: HDF5Dataset
  private let decoding: FeatureDecoding
  private let chunkRows: Int
  private let chunkColumns: Int
  private let filters: ChunkFilters

  /// Larger chunks would take as much memory again for every thread.
  private static let largestChunkBytes = 16 << 20

  private var valueBytes: Int { decoding.format.byteCount }
  private var chunkBytes: Int { chunkRows * chunkColumns * valueBytes }

  /// nil for a dataset whose chunks are left to HDF5.
  init?(_ dataset: HDF5Dataset, _ decoding: FeatureDecoding) {
    guard let chunk = dataset.storage.chunkShape, chunk.count == 2, chunk[0] > 0, chunk[1] > 0,
      let filters = ChunkFilters(dataset.storage.filterNumbers),
      filters.isEmpty || dataset.storage.filtersPartialChunks
    else { return nil }
    self.dataset = dataset
    self.decoding = decoding
    self.filters = filters
    (chunkRows, chunkColumns) = (chunk[0], chunk[1])
    if chunkBytes > Self.largestChunkBytes { return nil }
  }

  /// Reads `rows` into `target`, `[rows.count, rowWidth]`.
  ///
  /// - Returns: false when HDF5 has to read them: they are not whole chunks, a chunk was
  ///   never written, or it is damaged. `target` is undefined then.
  func read(
    _ rows: Range<Int>, into target: MatrixView, scratch: ReadingScratch
  ) throws(DataError) -> Bool {
    guard rows.lowerBound % chunkRows == 0,
      rows.upperBound % chunkRows == 0 || rows.upperBound == dataset.rowCount
    else { return false }
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: chunkRows) {
      let start = row - rows.lowerBound
      let block = target.rows(start..<min(start + chunkRows, rows.count))
      for column in stride(from: 0, to: dataset.rowWidth, by: chunkColumns) {
        let columns = column..<min(column + chunkColumns, dataset.rowWidth)
        guard let (packed, skipped) = fetch([hsize_t(row), hsize_t(column)], scratch) else {
          return false
        }
        // HDF5 would read beyond the end of a chunk that is too short.
        if filters.isEmpty, packed.count != chunkBytes {
          throw DataError.damagedChunk(
            dataset.location, rows: row..<min(row + chunkRows, dataset.rowCount),
            detail: "a chunk of \(chunkBytes) bytes is stored as \(packed.count)")
        }
        guard
          let stored = filters.undo(
            packed, skipped: skipped, count: chunkRows * chunkColumns, width: valueBytes,
            scratch: scratch)
        else { return false }
        decoding.decode(
          stored, width: chunkColumns, firstColumn: column, into: block.columns(columns))
      }
    }
    return true
  }

  /// The chunk that begins at `offset` as it lies in the file, and the filters it skipped.
  private func fetch(
    _ offset: [hsize_t], _ scratch: ReadingScratch
  ) -> (packed: UnsafeMutableRawBufferPointer, skipped: UInt32)? {
    HDF5Library.synchronized {
      var size: hsize_t = 0
      guard chdf5_chunk_size(dataset.handle.id, offset, &size) >= 0, size > 0,
        // Compressed noise is a little longer than it was; anything far longer is damage.
        size <= hsize_t(2 * chunkBytes + 1024)
      else { return nil }
      var skipped: UInt32 = 0
      let bytes = scratch.packed.withCapacity(Int(size))
      guard chdf5_read_chunk(dataset.handle.id, offset, &skipped, bytes, Int(size)) >= 0
      else { return nil }
      return (UnsafeMutableRawBufferPointer(start: bytes, count: Int(size)), skipped)
    }
  }
}
