// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import Testing

@Suite struct ResumableFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("out") }

  init() throws { folder = try TemporaryFolder() }

  @Test func appearsWhenCommitted() throws {
    let file = try ResumableFile(path: path)
    try write([1, 2], to: file.partialPath)
    try file.note([9])
    #expect(!file.outputExists && file.partialByteCount == 2 && file.journal() == [9])
    #expect(folder.names == [".out.lock", ".out.partial", ".out.progress"])
    try file.commit()
    #expect(folder.names == ["out"])
    #expect(try bytes(of: path) == [1, 2])
  }

  @Test func whatIsKeptIsFoundAgain() throws {
    do {
      let file = try ResumableFile(path: path)
      try write([1], to: file.partialPath)
      try file.note([7, 8])
      try file.note([7])
      file.keep()
    }
    #expect(folder.names == [".out.partial", ".out.progress"])
    let file = try ResumableFile(path: path)
    #expect(file.journal() == [7])
    file.startAnew()
    #expect(file.journal() == nil && folder.names == [".out.lock"])
  }

  @Test func forgottenOrDiscardedItLeavesNothing() throws {
    for discards in [true, false] {
      let file = try ResumableFile(path: path)
      try write([1], to: file.partialPath)
      try file.note([2])
      if discards { file.discard() }
    }
    #expect(folder.names == [])
  }

  /// A note without the file that it is about is worth nothing.
  @Test func aNoteAlone() throws {
    try write([1], to: folder.file(".out.progress"))
    let file = try ResumableFile(path: path)
    #expect(file.journal() == nil)
  }

  @Test func aNoteOfAStranger() throws {
    try write([1], to: folder.file(".out.partial"))
    try write([UInt8](repeating: 0, count: 3 << 20), to: folder.file(".out.progress"))
    let file = try ResumableFile(path: path)
    #expect(file.journal()?.count ?? 0 <= 1 << 20)
  }

  @Test func oneRunAtATime() throws {
    let file = try ResumableFile(path: path)
    let error = #expect(throws: DataError.self) { try ResumableFile(path: path) }
    #expect(error?.description.contains("another run is writing it") == true)
    #expect(error?.kind == .cannotWrite)
    file.discard()
    #expect(throws: Never.self) { try ResumableFile(path: path) }
  }

  /// A link keeps pointing at what it names; names near the limit of 255 bytes stay apart.
  @Test func linksAndLongNames() throws {
    try write([], to: folder.file("real"))
    symlink("real", path)
    let file = try ResumableFile(path: path)
    try write([3], to: file.partialPath)
    try file.commit()
    #expect(try bytes(of: folder.file("real")) == [3])
    let long = String(repeating: "ü", count: 120)
    let one = try ResumableFile(path: folder.file(long + "1.h5"))
    let two = try ResumableFile(path: folder.file(long + "2.h5"))
    try write([1], to: one.partialPath)
    try write([2], to: two.partialPath)
    try one.commit()
    try two.commit()
    #expect(try bytes(of: folder.file(long + "1.h5")) == [1])
  }
}
