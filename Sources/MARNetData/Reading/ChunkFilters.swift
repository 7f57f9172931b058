// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetDense

/// Undoes the filters of one chunk: shuffle, then gzip or LZF, then a checksum, each of which
/// may be left out, in the order in which h5py applies them.
struct ChunkFilters {
  private enum Compression { case gzip, lzf }

  private let isShuffled: Bool
  private let compression: Compression?
  private let hasChecksum: Bool

  /// nil for other filters or another order, which are left to HDF5.
  init?(_ numbers: [H5Z_filter_t]) {
    var rest = numbers[...]
    isShuffled = rest.first == H5Z_FILTER_SHUFFLE
    if isShuffled { rest = rest.dropFirst() }
    switch rest.first {
    case H5Z_FILTER_DEFLATE?: compression = Inflation.isAvailable ? .gzip : nil
    case LZFFilter.number?: compression = .lzf
    default: compression = nil
    }
    if compression != nil { rest = rest.dropFirst() }
    hasChecksum = rest.first == H5Z_FILTER_FLETCHER32
    if hasChecksum { rest = rest.dropFirst() }
    guard rest.isEmpty else { return nil }
  }

  /// Whether chunks lie in the file as they are in memory.
  var isEmpty: Bool { !isShuffled && compression == nil && !hasChecksum }

  /// The values of a chunk of `count` values of `width` bytes.
  ///
  /// - Parameters:
  ///   - packed: the chunk as it lies in the file.
  ///   - skipped: a bit for each filter, in order, that was not applied to this chunk.
  /// - Returns: nil when the chunk is damaged.
  func undo(
    _ packed: UnsafeMutableRawBufferPointer, skipped: UInt32, count: Int, width: Int,
    scratch: ReadingScratch
  ) -> UnsafeMutableRawPointer? {
    var bit: UInt32 = 1
    func applied(_ isPresent: Bool) -> Bool {
      guard isPresent else { return false }
      defer { bit <<= 1 }
      return skipped & bit == 0
    }
    let shuffled = applied(isShuffled)
    let compressed = applied(compression != nil)
    let checked = applied(hasChecksum)

    var bytes = packed
    if checked {
      guard FletcherChecksum.holds(UnsafeRawBufferPointer(bytes)) else { return nil }
      bytes = UnsafeMutableRawBufferPointer(
        rebasing: bytes.dropLast(FletcherChecksum.byteCount))
    }
    let size = count * width
    if compressed {
      let place = shuffled ? scratch.shuffled : scratch.stored
      let room = UnsafeMutableRawBufferPointer(start: place.withCapacity(size), count: size)
      let source = UnsafeRawBufferPointer(bytes)
      let isWhole =
        compression == .lzf
        ? LZF.expand(source, into: room) : Inflation.inflate(source, into: room)
      guard isWhole else { return nil }
      bytes = room
    }
    guard bytes.count == size, let start = bytes.baseAddress else { return nil }
    // The shuffle filter does nothing to values of one byte.
    guard shuffled && width > 1 else { return start }
    let values = scratch.stored.withCapacity(size)
    ByteShuffle.undo(start, into: values, count: count, width: width)
    return values
  }
}
