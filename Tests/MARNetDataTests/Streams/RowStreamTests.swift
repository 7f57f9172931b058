// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Rows that come bit by bit, and raw ones.
@Suite struct RowStreamTests {
  private let folder: TemporaryFolder
  private let pipe: String
  /// Holds the pipe open, so that it has no end before `close`.
  private let writer: Int32
  private static let rows = Matrix(rows: (0..<7).map { [Float($0), -1, 0.5] })
  private static let payload = NumPyArray.payload(rows.values)

  init() throws {
    folder = try TemporaryFolder()
    pipe = folder.file("pipe")
    mkfifo(pipe, 0o600)
    writer = open(pipe, O_RDWR | O_CLOEXEC)
  }

  private func put(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    #expect(Glibc.write(writer, bytes, bytes.count) == bytes.count)
  }

  private func raw(rowCount: Int? = nil) throws -> RowStream {
    try #require(try RowStream(path: pipe, form: .raw(width: 3, rowCount: rowCount), width: 3))
  }

  @Test func rowsComeWithoutWaitingForTheOthers() throws {
    let stream = try raw()
    defer { close(writer) }
    put(Self.payload[..<29])
    #expect(try stream.next(atMost: 100) == Self.rows.rows(at: [0, 1]))
    #expect(try stream.next(atMost: 100)?.rowCount == 0)
    put(Self.payload[29..<60])
    #expect(try stream.next(atMost: 100) == Self.rows.rows(at: [2, 3, 4]))
    put(Self.payload[60...])
    #expect(try stream.next(atMost: 100) == Self.rows.rows(at: [5, 6]))
  }

  @Test func blocksEndWhereverTheyMay() throws {
    for most in [1, 2, 3, 7, 8] {
      let stream = try raw(rowCount: 7)
      put(Self.payload)
      var parts: [Matrix] = []
      while parts.reduce(0, { $0 + $1.rowCount }) < 7 {
        parts.append(try #require(try stream.next(atMost: most)))
      }
      #expect(Matrix(stacking: parts) == Self.rows && parts[0].rowCount == min(most, 7))
      // The end of the pipe has not come, and may yet be no end.
      #expect(try stream.next(atMost: most)?.rowCount == 0)
    }
    close(writer)
  }

  @Test func theEnd() throws {
    func end(after bytes: Int, rowCount: Int? = nil) throws -> RowStreamError? {
      let path = folder.file("again")
      mkfifo(path, 0o600)
      defer { unlink(path) }
      let end = open(path, O_RDWR | O_CLOEXEC)
      let stream = try #require(
        try RowStream(path: path, form: .raw(width: 3, rowCount: rowCount), width: 3))
      _ = Self.payload.withUnsafeBytes { Glibc.write(end, $0.baseAddress, bytes) }
      close(end)
      do throws(any Error) {
        while try stream.next(atMost: 2) != nil {}
        return nil
      } catch {
        return try #require(error as? RowStreamError)
      }
    }
    let source = folder.file("again")
    #expect(try end(after: 84) == nil)
    #expect(try end(after: 84, rowCount: 7) == nil)
    #expect(try end(after: 0) == .empty(source: source))
    #expect(
      try end(after: 83) == .partialRow(source: source, row: 6, byteCount: 11, needed: 12))
    #expect(
      try end(after: 5, rowCount: 7)
        == .partialRow(source: source, row: 0, byteCount: 5, needed: 12))
    #expect(
      try end(after: 72, rowCount: 7) == .endedEarly(source: source, rows: 6, expected: 7))
    #expect(try end(after: 73, rowCount: 6) == .tooLong(source: source, expected: 6))
    close(writer)
  }

  @Test func aHeaderComesBitByBitOrIsGivenUp() throws {
    let array = NumPyArray(Self.rows).bytes
    var asked = 0
    put(array[..<5])
    let stream = try RowStream(path: pipe, form: .numPy, width: 3) {
      asked += 1
      // The first answer comes with the five bytes, the second when nothing more came.
      if asked == 2 { put(array[5...]) }
      return true
    }
    #expect(asked >= 2)
    #expect(try stream?.next(atMost: 7) == Self.rows)
    put(array[..<9])
    #expect(try RowStream(path: pipe, form: .numPy, width: 3) { false } == nil)
    close(writer)
  }

  @Test func rawTypes() throws {
    let halves: [UInt16] = [0x3C00, 0xC100, 0x3000]
    let payloads: [(FeatureType, [UInt8], [Float])] = [
      (.float16, NumPyArray.payload(halves), [1, -2.5, 0.125]),
      (.bfloat16, NumPyArray.payload([0x3F80, 0xC020, 0x3E00] as [UInt16]), [1, -2.5, 0.125]),
      (.float64, NumPyArray.payload([1, -2.5, 1e-3]), [1, -2.5, 1e-3]),
    ]
    for (type, payload, values) in payloads {
      let path = folder.file("raw")
      try write(payload, to: path)
      let stream = try #require(
        try RowStream(path: path, form: .raw(width: 3, type: type), width: 3))
      #expect(stream.rowCount == 1, "a file tells how many rows it holds")
      #expect(try stream.next(atMost: 4)?.values == values)
      #expect(try stream.next(atMost: 4) == nil)
    }
    close(writer)
  }

  @Test func anArrayIsNotRaw() throws {
    let array = NumPyArray(Self.rows).bytes
    let path = folder.file("rows.npy")
    try write(array, to: path)
    #expect(throws: RowStreamError.numPyAsRaw(source: path)) {
      _ = try RowStream(path: path, form: .raw(width: 3), width: 3)
    }
    let stream = try raw()
    put(array)
    #expect(throws: RowStreamError.numPyAsRaw(source: pipe)) { _ = try stream.next(atMost: 4) }
    close(writer)
  }

  @Test func whatCannotBeRead() throws {
    let missing = #expect(throws: RowStreamError.self) {
      _ = try RowStream(path: "none.npy", form: .numPy, width: 3)
    }
    #expect(missing?.kind == .notFound)
    #expect(
      missing?.description
        == "none.npy: no such file. Give the path of a .npy array, or - for standard input.")
    let unreadable = #expect(throws: RowStreamError.self) {
      _ = try RowStream(path: folder.path, form: .numPy, width: 3)
    }
    #expect(unreadable == .cannotRead(source: folder.path, reason: "Is a directory"))
    #expect(unreadable?.kind == .inputOutput)
    close(writer)
  }
}
