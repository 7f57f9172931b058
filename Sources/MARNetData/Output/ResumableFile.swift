// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears at its path only when it is complete, and whose unfinished part a later
/// run may go on with.
///
/// Hidden beside it lie the unfinished part under a name that a later run knows, what its
/// writer notes of it (`journal`), and a lock that keeps other runs out. A process that is
/// killed leaves them there; otherwise they go with `commit` and `discard`, and `keep` leaves
/// all but the lock.
package final class ResumableFile {
  /// The path as given, for errors.
  package let path: String
  /// Where to write.
  package let partialPath: String
  private let journalPath: String
  /// The path with symbolic links followed: a link keeps pointing at what it names.
  private let target: String
  private let folder: String
  private let lock: FileLock
  private var isOpen = true

  /// Notes are small: nothing larger is read into memory.
  private static let largestJournal = 1 << 20

  /// - Throws: `DataError` when `path` is a folder, a pipe or a device, when its folder is
  ///   missing, or when another run writes it.
  package init(path: String) throws(DataError) {
    self.path = path
    (target, folder) = try OutputPlace.of(path)
    let hidden = OutputPlace.hiddenName(for: target, in: folder)
    partialPath = hidden + ".partial"
    journalPath = hidden + ".progress"
    lock = try FileLock(path: hidden + ".lock", shownAs: path)
    // Of a process that was killed while it noted something.
    unlink(nextJournalPath)
  }

  private var nextJournalPath: String { journalPath + ".new" }

  /// Whether something stands at the path.
  package var outputExists: Bool { FileKind(target) != .missing }

  /// Bytes of the unfinished part; nil where there is none.
  package var partialByteCount: Int? {
    var status = stat()
    guard stat(partialPath, &status) == 0 else { return nil }
    return Int(status.st_size)
  }

  /// What was noted last of the unfinished part; nil where nothing can be gone on with.
  package func journal() -> [UInt8]? {
    guard partialByteCount != nil else { return nil }
    let descriptor = open(journalPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](
      repeating: 0, count: min(FileKind.byteCount(journalPath), Self.largestJournal))
    let count = read(descriptor, &bytes, bytes.count)
    return count == bytes.count ? bytes : nil
  }

  /// Notes `journal` of the unfinished part, whose bytes must be on disk: replaces the note
  /// before, on disk too when this returns.
  ///
  /// - Throws: `DataError`; the note before stays then.
  package func note(_ journal: [UInt8]) throws(DataError) {
    let next = nextJournalPath
    do {
      try write(journal, to: next)
    } catch {
      unlink(next)
      throw error
    }
    guard rename(next, journalPath) == 0 else {
      let error = failure()
      unlink(next)
      throw error
    }
    // A file system that cannot flush folders is no failure.
    try? flushToDisk(folder, shownAs: path)
  }

  /// Removes the unfinished part, so that it can begin anew.
  package func startAnew() {
    unlink(journalPath)
    unlink(partialPath)
  }

  /// Flushes the file to disk and gives it its name.
  ///
  /// - Throws: `DataError` when either fails; the unfinished part stays.
  package func commit() throws(DataError) {
    precondition(isOpen, "\(path) was committed, kept or discarded before")
    try flushToDisk(partialPath, shownAs: path)
    guard rename(partialPath, target) == 0 else { throw failure() }
    try? flushToDisk(folder, shownAs: path)
    unlink(journalPath)
    release()
  }

  /// Leaves the unfinished part and its note for a later run.
  package func keep() { release() }

  /// Removes what was written.
  package func discard() {
    guard isOpen else { return }
    startAnew()
    release()
  }

  deinit { discard() }

  private func release() {
    if isOpen { lock.removeFile() }
    isOpen = false
  }

  private func write(_ bytes: [UInt8], to path: String) throws(DataError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    try bytes.withUnsafeBufferPointer { (bytes) throws(DataError) in
      try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor, shownAs: self.path)
    }
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  private func failure() -> DataError {
    .cannotWrite(path: path, reason: lastSystemMessage())
  }
}
