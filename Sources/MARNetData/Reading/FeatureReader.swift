// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Synchronization

/// Reads rows of a features dataset as Float32, on several threads.
///
/// The rows are cut into pieces that fit a cache. HDF5 serves one thread at a time; while
/// it does, the others decompress, convert and look at the pieces they have. Where pieces
/// are cut depends on the dataset alone, never on threads.
struct FeatureReader {
  let dataset: HDF5Dataset
  /// Threads at most, the calling one included.
  let threads: Int

  /// Bytes of a piece in memory, unless one row of chunks is larger: as much as a
  /// processor's own cache holds.
  private static let pieceBytes = 1 << 20

  /// Reads the rows in `range` into `target`, `[range.count, rowWidth]`.
  ///
  /// - Parameter visit: called once for every piece when it is in memory, on any thread,
  ///   with the numbers of its rows in the dataset and their values.
  /// - Throws: `DataError` of the first piece that cannot be read, or `changedWhileRead`;
  ///   `target` is undefined then.
  func read(
    _ range: Range<Int>, into target: MatrixView,
    visit: (_ rows: Range<Int>, _ values: MatrixView) -> Void = { _, _ in }
  ) throws(DataError) {
    guard !range.isEmpty && dataset.rowWidth > 0 else { return }
    let pieces = pieces(of: range)
    let decoding = try FeatureDecoding(dataset)
    let chunks = ChunkReader(dataset, decoding)
    let pool = WorkerPool(threads: max(1, min(threads, pieces.count)))
    let scratch = (0..<pool.threadCount).map { _ in ReadingScratch() }
    let failure = Mutex<(piece: Int, error: DataError)?>(nil)
    pool.forEach(pieces.count) { index, worker in
      // What comes after a failure is not worth reading; what comes before might fail first.
      guard failure.withLock({ $0.map { index < $0.piece } ?? true }) else { return }
      let rows = pieces[index]
      let values = target.rows(
        rows.lowerBound - range.lowerBound..<rows.upperBound - range.lowerBound)
      do throws(DataError) {
        if try chunks?.read(rows, into: values, scratch: scratch[worker]) != true {
          try readThroughLibrary(
            rows, decoding, into: values, scratch: scratch[worker])
        }
        visit(rows, values)
      } catch {
        failure.withLock { first in
          if first.map({ index < $0.piece }) ?? true { first = (index, error) }
        }
      }
    }
    try dataset.requireUnchangedFile()
    if let error = failure.withLock({ $0?.error }) { throw error }
  }

  /// Pieces end where chunks end, so that no chunk is decompressed twice.
  private func pieces(of range: Range<Int>) -> [Range<Int>] {
    let rowBytes = dataset.rowWidth * MemoryLayout<Float>.stride
    let chunkRows = max(1, dataset.storage.chunkShape?.first ?? 1)
    let pieceRows = max(1, Self.pieceBytes / (rowBytes * chunkRows)) * chunkRows
    var pieces: [Range<Int>] = []
    var row = range.lowerBound
    while row < range.upperBound {
      let end = min(range.upperBound, (row / pieceRows + 1) * pieceRows)
      pieces.append(row..<end)
      row = end
    }
    return pieces
  }

  /// Lets HDF5 read `rows` in the stored type, which is converted here: straight into the
  /// target where it is float32.
  private func readThroughLibrary(
    _ rows: Range<Int>, _ decoding: FeatureDecoding, into target: MatrixView,
    scratch: ReadingScratch
  ) throws(DataError) {
    guard decoding.format != .float32 else {
      try readRows(rows, into: target.pointer)
      return decoding.decodeInPlace(target)
    }
    let stored = scratch.stored.withCapacity(
      rows.count * dataset.rowWidth * decoding.format.byteCount)
    try readRows(rows, into: stored)
    decoding.decode(stored, into: target)
  }

  /// Reads `rows` as they are stored. When a chunk among them is damaged, the error names the
  /// rows of the first one.
  private func readRows(
    _ rows: Range<Int>, into target: UnsafeMutableRawPointer
  ) throws(DataError) {
    do throws(DataError) {
      try dataset.readRows(rows, into: target)
    } catch {
      guard case .damagedChunk = error, let height = dataset.storage.chunkShape?.first,
        rows.count > height
      else { throw error }
      for row in stride(from: rows.lowerBound / height * height, to: rows.upperBound, by: height) {
        try dataset.readRows(rows.clamped(to: row..<row + height), into: target)
      }
      throw error
    }
  }
}

extension HDF5Dataset {
  /// The rows in `rows` as Float32, unchecked; `visit` as in `FeatureReader.read`.
  func readMatrix(
    _ rows: Range<Int>, threads: Int,
    visit: (_ rows: Range<Int>, _ values: MatrixView) -> Void = { _, _ in }
  ) throws(DataError) -> Matrix {
    try Matrix(rowCount: rows.count, columnCount: rowWidth) { (view) throws(DataError) in
      try FeatureReader(dataset: self, threads: threads).read(rows, into: view, visit: visit)
    }
  }
}
