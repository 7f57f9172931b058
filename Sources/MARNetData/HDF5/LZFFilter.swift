// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetDense

/// h5py's filter "lzf", given to the HDF5 library of this process where it has none.
///
/// Parts of chunks are read through HDF5, which then needs the filter itself; whole chunks
/// are expanded by `ChunkReader`. Only reading is offered.
enum LZFFilter {
  static let number: H5Z_filter_t = 32000

  /// HDF5 keeps the pointer.
  private static let name = StaticString("lzf (reading only)")

  /// Registers the filter unless a host program, or a plugin, has.
  ///
  /// - Precondition: called within `HDF5Library.synchronized`.
  static func registerIfMissing() {
    guard H5Zfilter_avail(number) <= 0 else { return }
    var filter = H5Z_class2_t()
    filter.version = H5Z_CLASS_T_VERS
    filter.id = number
    // Said to be there although nothing is compressed: a host program that makes datasets with
    // the filter would be refused otherwise, where without it HDF5 leaves their chunks as they are.
    filter.encoder_present = 1
    filter.decoder_present = 1
    filter.name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    filter.filter = { flags, valueCount, values, count, capacity, buffer in
      LZFFilter.expand(
        flags: flags, values: UnsafeBufferPointer(start: values, count: valueCount),
        count: count, capacity: capacity, buffer: buffer)
    }
    H5Zregister(&filter)
  }

  /// Puts the expanded chunk in the place of the `count` bytes in `buffer`.
  ///
  /// The third value of the filter is the size of a chunk before compression. HDF5 trusts
  /// filters to make chunks of that size: another one is an error.
  ///
  /// - Returns: the size of the chunk, 0 on failure.
  private static func expand(
    flags: UInt32, values: UnsafeBufferPointer<UInt32>, count: Int,
    capacity: UnsafeMutablePointer<Int>?, buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int {
    guard flags & UInt32(H5Z_FLAG_REVERSE) != 0, let capacity, let buffer,
      let packed = buffer.pointee, values.count >= 3
    else { return 0 }
    let source = UnsafeRawBufferPointer(start: packed, count: count)
    guard let size = LZF.expandedCount(source), size == Int(values[2]),
      let expanded = H5allocate_memory(size, false)
    else { return 0 }
    guard LZF.expand(source, into: UnsafeMutableRawBufferPointer(start: expanded, count: size))
    else {
      H5free_memory(expanded)
      return 0
    }
    H5free_memory(packed)
    buffer.pointee = expanded
    capacity.pointee = size
    return size
  }
}
