// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A buffered sink of bytes: a file that appears when complete, standard output, or a
/// device or pipe that is there already.
final class ByteOutput {
  /// Bytes that are ready to be written; `writeIfFull` or `finish` writes them.
  var buffer: [UInt8] = []
  private let descriptor: CInt
  private let shownPath: String
  /// nil: what was written is out already, nothing can be taken back.
  private let file: AtomicFile?
  private let closes: Bool
  private var isOpen = true

  private static let capacity = 256 << 10

  /// - Parameter path: "-" is standard output.
  /// - Throws: `DataError` when it cannot be opened.
  init(path: String) throws(DataError) {
    if path == "-" {
      (descriptor, shownPath, file, closes) = (STDOUT_FILENO, "standard output", nil, false)
      return
    }
    shownPath = path
    closes = true
    if FileKind(path) == .other {
      file = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
    } else {
      let file = try AtomicFile(path: path)
      self.file = file
      descriptor = open(file.temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 {
      throw DataError.cannotWrite(path: path, reason: lastSystemMessage())
    }
  }

  func writeIfFull() throws(DataError) {
    if buffer.count >= Self.capacity { try write() }
  }

  /// Writes the rest and gives the file its name.
  func finish() throws(DataError) {
    precondition(isOpen, "\(shownPath) was finished or discarded before")
    do throws(DataError) {
      try write()
      isOpen = false
      if closes && close(descriptor) != 0 { throw failure() }
      try file?.commit()
    } catch {
      discard()
      throw error
    }
  }

  /// Forgets what is not written yet, and removes the unfinished file.
  func discard() {
    buffer = []
    if isOpen && closes { close(descriptor) }
    isOpen = false
    file?.discard()
  }

  deinit { discard() }

  private func write() throws(DataError) {
    var start = 0
    while start < buffer.count {
      let written = buffer.withUnsafeBytes { bytes in
        writeWithoutSignal(descriptor, UnsafeRawBufferPointer(rebasing: bytes[start...]))
      }
      if written < 0 && errno == EINTR { continue }
      guard written >= 0 else { throw failure() }
      start += written
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> DataError {
    errno == EPIPE
      ? .outputClosed(path: shownPath) : .cannotWrite(path: shownPath, reason: lastSystemMessage())
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
  if written < 0 && error == EPIPE && !wasWaiting {
    #if os(Linux)
      var now = timespec(tv_sec: 0, tv_nsec: 0)
      sigtimedwait(&pipeSignal, nil, &now)
    #else
      var signal: CInt = 0
      sigwait(&pipeSignal, &signal)
    #endif
  }
  pthread_sigmask(SIG_SETMASK, &before, nil)
  errno = error
  return written
}
