// SPDX-License-Identifier: Apache-2.0

/// The rows of one dataset that belong to a column.
struct ColumnPart: Sendable {
  let dataset: HDF5Dataset
  var selection: RowSelection
  /// How features of rank 3 become rows.
  var pooling: LayoutOptions.Pooling?

  /// A stretch of the dataset that is read in one go, and the positions of the rows in it
  /// that are wanted.
  struct Slab {
    let stored: Range<Int>
    let positions: Range<Int>
  }

  /// Bytes of a slab as Float32, unless a row of chunks is larger.
  private static let slabBytes = 16 << 20
  /// A row of chunks beyond this is cut: it would take the memory of many slabs.
  private static let largestChunkRowBytes = 64 << 20
  /// Reading over a gap of this many bytes costs less than a call more.
  private static let gapBytes = 64 << 10

  /// Columns of a row, after pooling.
  var rowWidth: Int { pooledShape.map { $0.width } ?? dataset.rowWidth }

  /// The tokens of a row and their width, where they are to be pooled.
  var pooledShape: (tokens: Int, width: Int)? {
    guard pooling != nil, let shape = dataset.shape, shape.count == 3 else { return nil }
    return (shape[1], shape[2])
  }

  /// The rows at `positions` as one range of the dataset, where nothing lies between them.
  func contiguousRows(_ positions: Range<Int>) -> Range<Int>? {
    guard let last = positions.last else { return nil }
    let rows = selection[positions.lowerBound]..<selection[last] + 1
    return rows.count == positions.count ? rows : nil
  }

  /// Slabs that cover the rows at `positions`: whole chunks, of bounded size, without large
  /// gaps.
  func slabs(_ positions: Range<Int>) -> [Slab] {
    let rowBytes = max(1, dataset.rowWidth * MemoryLayout<Float>.stride)
    let chunkRows = max(1, dataset.storage.chunkShape?.first ?? 1)
    let step = chunkRows * rowBytes > Self.largestChunkRowBytes ? 1 : chunkRows
    let most = max(1, Self.slabBytes / (rowBytes * step)) * step
    let gap = chunkRows > 1 ? 0 : Self.gapBytes / rowBytes
    var slabs: [Slab] = []
    var position = positions.lowerBound
    while position < positions.upperBound {
      let start = position
      let first = selection[start] / step * step
      var end = first
      while position < positions.upperBound {
        let row = selection[position]
        if end > first && row / step * step > end + gap { break }
        let next = (row / step + 1) * step
        if next - first > most { break }
        end = max(end, next)
        position += 1
      }
      slabs.append(
        Slab(stored: first..<min(end, dataset.rowCount), positions: start..<position))
    }
    return slabs
  }
}
