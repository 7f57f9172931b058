// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes that come once and in order: standard input, a pipe, a file.
final class ByteInput {
  /// Who waits for bytes sees what has come by then, and may look whether to go on.
  static let patience = Duration.milliseconds(500)

  /// Stands in errors.
  let name: String
  private(set) var hasEnded = false
  private let descriptor: CInt
  private let closes: Bool

  /// - Parameter path: "-" is standard input. A named pipe is waited for until somebody writes.
  init(path: String) throws(RowStreamError) {
    let isStandard = path == "-"
    name = isStandard ? "standard input" : path
    closes = !isStandard
    descriptor = isStandard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notFound(path: path) : .cannotRead(source: path, reason: lastSystemMessage())
    }
  }

  deinit { if closes { close(descriptor) } }

  /// Bytes that are still to come; nil where only the end tells.
  var byteCountLeft: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let place = lseek(descriptor, 0, SEEK_CUR)
    return place < 0 ? nil : max(0, Int(status.st_size - place))
  }

  /// Reads until `target` is full or the input ends, but what has come by `deadline` is enough.
  ///
  /// - Returns: bytes read; maybe none.
  func read(
    into target: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant
  ) throws(RowStreamError) -> Int {
    var count = 0
    while count < target.count, !hasEnded, let start = target.baseAddress {
      guard try waits(until: deadline) else { break }
      let came = systemRead(descriptor, start + count, target.count - count)
      if came < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard came >= 0 else { throw failure() }
      hasEnded = came == 0
      count += came
    }
    return count
  }

  /// Reads `count` bytes, fewer where the input ends before.
  ///
  /// - Parameter goesOn: asked now and then while nothing comes; false gives up.
  /// - Returns: nil where `goesOn` said no.
  func read(_ count: Int, while goesOn: () -> Bool) throws(RowStreamError) -> [UInt8]? {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { bytes.deallocate() }
    var filled = 0
    while filled < count && !hasEnded {
      filled += try read(
        into: .init(rebasing: bytes[filled...]), until: .now + Self.patience)
      guard goesOn() else { return nil }
    }
    return Array(bytes[..<filled])
  }

  /// Whether `bytes` come next; false also for a pipe, into which nobody can look ahead.
  func begins(with bytes: [UInt8]) -> Bool {
    var next = [UInt8](repeating: 0, count: bytes.count)
    let place = lseek(descriptor, 0, SEEK_CUR)
    return place >= 0 && pread(descriptor, &next, next.count, place) == next.count && next == bytes
  }

  /// Waits for bytes or the end; false where neither came by `deadline`, or a signal did.
  private func waits(until deadline: ContinuousClock.Instant) throws(RowStreamError) -> Bool {
    let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = poll(&waiting, 1, CInt(max(0, left.rounded(.up))))
    if ready < 0 && errno != EINTR { throw failure() }
    return ready > 0
  }

  private func failure() -> RowStreamError {
    .cannotRead(source: name, reason: lastSystemMessage())
  }
}

/// read(2), which a method of the same name hides.
private func systemRead(
  _ descriptor: CInt, _ target: UnsafeMutableRawPointer, _ count: Int
) -> Int { read(descriptor, target, count) }
