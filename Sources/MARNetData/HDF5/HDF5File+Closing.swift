// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension HDF5File {
  /// Tells whether a file that this program wrote and closed is whole.
  ///
  /// HDF5 writes last that nobody writes the file any more, as it closes it, and whoever closes it
  /// does not hear when that fails. The mark is in the superblock (HDF5 File Format
  /// Specification, III.A): 4 bytes at 20 in versions 0 and 1, one at 11 in versions 2 and 3.
  ///
  /// - Throws: `DataError.cannotWrite`, also when the file is still open.
  static func requireClosed(_ path: String, shownAs shownPath: String) throws(DataError) {
    let versionAt = 8
    var bytes = [UInt8](repeating: 0, count: 24)
    let descriptor = Self.openForReading(path)
    let count = descriptor < 0 ? -1 : pread(descriptor, &bytes, bytes.count, 0)
    let failure = DataError.cannotWrite(path: shownPath, reason: lastSystemMessage())
    if descriptor >= 0 { close(descriptor) }
    guard count == bytes.count else { throw failure }
    let isMarked = bytes[versionAt] < 2 ? bytes[20..<24].contains { $0 != 0 } : bytes[11] != 0
    if isMarked {
      throw DataError.cannotWrite(path: shownPath, reason: "HDF5 could not close it")
    }
  }

  private static func openForReading(_ path: String) -> CInt {
    #if canImport(Glibc)
      Glibc.open(path, O_RDONLY | O_CLOEXEC)
    #elseif canImport(Musl)
      Musl.open(path, O_RDONLY | O_CLOEXEC)
    #else
      Darwin.open(path, O_RDONLY | O_CLOEXEC)
    #endif
  }
}
