// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A plain file opened for reading, whose size is known before anything of it is read.
///
/// Pipes and devices are refused: reading them may have no end.
package final class PlainFile {
  /// Why a file is not read.
  package enum Refusal: Error, Sendable, Equatable {
    case notFound
    case notPlain
    /// A symbolic link leads out of the folder in which the file is named.
    case outsideFolder
    case tooLarge(byteCount: Int, most: Int)
    case cutShort
    case system(String)

    /// In words that follow "not a readable model (".
    package var reason: String {
      switch self {
      case .notFound: "there is no such file"
      case .notPlain: "it is a folder, a pipe or a device"
      case .outsideFolder: "it is a link that leads out of its folder"
      case .tooLarge(let byteCount, let most):
        "it has \(grouped(byteCount)) bytes, and no more than \(grouped(most)) are read"
      case .cutShort: "it became shorter while it was read"
      case .system(let text): text
      }
    }
  }

  /// Its size when it was opened.
  package let byteCount: Int
  private let descriptor: Int32

  /// - Parameter folder: the folder that it must lie in, symbolic links resolved; nil: any.
  package init(_ path: String, within folder: String? = nil) throws(Refusal) {
    // Opening a pipe would wait for somebody to write.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .notFound : .system(Self.lastMessage)
    }
    do throws(Refusal) {
      byteCount = try Self.byteCount(of: descriptor)
      if let folder, !Self.lies(path, in: folder) { throw .outsideFolder }
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// All bytes of a file that has at most `most`.
  package func contents(most: Int) throws(Refusal) -> [UInt8] {
    guard byteCount <= most else { throw .tooLarge(byteCount: byteCount, most: most) }
    return try bytes(0..<byteCount)
  }

  /// The bytes in `range`; memory is taken for them first.
  package func bytes(_ range: Range<Int>) throws(Refusal) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: Refusal?
    bytes.withUnsafeMutableBytes { target in
      do throws(Refusal) {
        try read(at: range.lowerBound, into: target)
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills `target` with the bytes from `offset` on.
  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(Refusal) {
    var done = 0
    while done < target.count, let base = target.baseAddress {
      let count = pread(descriptor, base + done, target.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw .system(Self.lastMessage) }
      if count == 0 { throw .cutShort }
      done += count
    }
  }

  private static func byteCount(of descriptor: Int32) throws(Refusal) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(lastMessage) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notPlain }
    return Int(status.st_size)
  }

  private static func lies(_ path: String, in folder: String) -> Bool {
    guard let own = resolved(path), let root = resolved(folder) else { return false }
    return own.hasPrefix(root == "/" ? "/" : root + "/")
  }

  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static var lastMessage: String { String(cString: strerror(errno)) }
}
