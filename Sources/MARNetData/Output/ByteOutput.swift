// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A buffered sink of bytes: the unfinished part of a file, standard output, or a device or
/// pipe that is there already.
final class ByteOutput {
  /// Bytes that are ready to be written; `write`, `writeIfFull` or `finish` writes them.
  var buffer: [UInt8] = []
  /// Bytes that were written, to the file's beginning.
  private(set) var byteCount: Int
  private let descriptor: CInt
  private let shownPath: String
  private let closes: Bool
  private var isOpen = true

  private static let capacity = 256 << 10

  /// Opens what cannot be taken back.
  ///
  /// - Parameter path: of a device or pipe; "-" is standard output.
  /// - Throws: `DataError` when it cannot be opened.
  init(stream path: String) throws(DataError) {
    byteCount = 0
    if path == "-" {
      (descriptor, shownPath, closes) = (STDOUT_FILENO, "standard output", false)
      return
    }
    (descriptor, shownPath, closes) = (open(path, O_WRONLY | O_CLOEXEC), path, true)
    guard descriptor >= 0 else {
      throw DataError.cannotWrite(path: path, reason: lastSystemMessage())
    }
  }

  /// Opens the unfinished part of `file`.
  ///
  /// - Parameter kept: bytes of it that stay; what follows them is cut off.
  init(partOf file: ResumableFile, keeping kept: Int) throws(DataError) {
    byteCount = kept
    shownPath = file.path
    closes = true
    descriptor = open(file.partialPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0, ftruncate(descriptor, off_t(kept)) == 0,
      lseek(descriptor, 0, SEEK_END) >= 0
    else {
      throw DataError.cannotWrite(path: file.path, reason: lastSystemMessage())
    }
  }

  func writeIfFull() throws(DataError) {
    if buffer.count >= Self.capacity { try write() }
  }

  /// Writes the rest and flushes all of it to disk.
  func flushToDisk() throws(DataError) {
    try write()
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  /// Writes the rest, which is not taken back, and closes what was opened.
  func finish() throws(DataError) {
    precondition(isOpen, "\(shownPath) was closed before")
    try write()
    isOpen = false
    if closes && close(descriptor) != 0 { throw failure() }
  }

  /// Forgets what is not written yet.
  func abandon() {
    buffer = []
    if isOpen && closes { close(descriptor) }
    isOpen = false
  }

  deinit { abandon() }

  /// Writes what is ready.
  func write() throws(DataError) {
    try buffer.withUnsafeBufferPointer { (bytes) throws(DataError) in
      try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor, shownAs: shownPath)
    }
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> DataError {
    .cannotWrite(path: shownPath, reason: lastSystemMessage())
  }
}

/// Writes all of `bytes` where `descriptor` stands.
///
/// - Throws: `DataError.outputClosed` where nobody reads a pipe any more,
///   `DataError.cannotWrite` for anything else.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, shownAs path: String
) throws(DataError) {
  var start = 0
  while start < bytes.count {
    let written = writeWithoutSignal(
      descriptor, UnsafeRawBufferPointer(rebasing: bytes[start...]))
    if written < 0 && errno == EINTR { continue }
    guard written >= 0 else {
      throw errno == EPIPE
        ? .outputClosed(path: path) : .cannotWrite(path: path, reason: lastSystemMessage())
    }
    start += written
  }
}

/// write(2) that reports a closed pipe as EPIPE: SIGPIPE, which would end the process,
/// is held back on this thread and taken off its queue.
private func writeWithoutSignal(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  var pipeSignal = sigset_t()
  var before = sigset_t()
  var waiting = sigset_t()
  sigemptyset(&pipeSignal)
  sigaddset(&pipeSignal, SIGPIPE)
  sigpending(&waiting)
  let wasWaiting = sigismember(&waiting, SIGPIPE) == 1
  pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
  let written = write(descriptor, bytes.baseAddress, bytes.count)
  let error = errno
  // Where the reader goes away in the midst of it, what was taken before is the answer, and the
  // signal comes all the same.
  if written < bytes.count && !wasWaiting {
    #if os(Linux)
      var now = timespec(tv_sec: 0, tv_nsec: 0)
      sigtimedwait(&pipeSignal, nil, &now)
    #else
      var signal: CInt = 0
      sigpending(&waiting)
      if sigismember(&waiting, SIGPIPE) == 1 { sigwait(&pipeSignal, &signal) }
    #endif
  }
  pthread_sigmask(SIG_SETMASK, &before, nil)
  errno = error
  return written
}
