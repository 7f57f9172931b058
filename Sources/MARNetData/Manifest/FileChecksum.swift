// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Checksums of whole files, however large.
enum FileChecksum {
  private static let pieceSize = 1 << 20

  /// SHA-256 of the file at `path`, 64 hexadecimal digits.
  ///
  /// - Throws: `DataError` when it cannot be read to its end.
  static func sha256(of path: String) throws(DataError) -> String {
    do throws(PlainFile.Refusal) {
      let file = try PlainFile(path)
      let piece = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(pieceSize, max(1, file.byteCount)), alignment: 64)
      defer { piece.deallocate() }
      var hash = SHA256()
      for start in stride(from: 0, to: file.byteCount, by: pieceSize) {
        let target = UnsafeMutableRawBufferPointer(
          rebasing: piece[..<min(pieceSize, file.byteCount - start)])
        try file.read(at: start, into: target)
        hash.update(UnsafeRawBufferPointer(target))
      }
      return hash.text
    } catch {
      throw error == .notFound
        ? .fileNotFound(path: path) : .cannotRead(path: path, reason: error.reason)
    }
  }
}
