// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNetDense
import Testing

import MARNet

@Suite struct CheckpointFileTests {
  private let folder: TemporaryFolder
  private let path: String

  private struct Note: Codable, Equatable {
    var text: String
    var value: Double
  }

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("c.bin")
    let buffer = AlignedBuffer(count: 5)
    for index in 0..<5 { buffer.pointer[index] = Float(index) / 3 }
    try CheckpointFile.write(
      Note(text: "é", value: 0.1), [("floats", .floats(buffer)), ("bytes", .bytes([1, 2, 3]))],
      to: path)
  }

  @Test func readsWhatWasWritten() throws {
    let file = try CheckpointFile(path: path)
    #expect(try file.description(Note.self) == Note(text: "é", value: 0.1))
    #expect(try file.values("bytes", count: 3, of: UInt8.self) == [1, 2, 3])
    #expect(
      try file.values("floats", count: 5, of: Float.self) == (0..<5).map { Float($0) / 3 })
    #expect(throws: CheckpointFile.Malformed.lacks("floats")) {
      try file.values("floats", count: 4, of: Float.self)
    }
    #expect(throws: CheckpointFile.Malformed.lacks("none")) {
      try file.values("none", count: 0, of: Float.self)
    }
  }

  /// Every bit counts, and so does every byte.
  @Test func noDamageIsOverlooked() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let other = folder.file("d.bin")
    for index in whole.indices {
      var data = whole
      data[index] ^= 1 << UInt8(index % 8)
      try data.write(to: URL(fileURLWithPath: other))
      #expect(throws: CheckpointFile.Malformed.self, "byte \(index)") {
        try CheckpointFile(path: other)
      }
      try whole.prefix(index).write(to: URL(fileURLWithPath: other))
      #expect(throws: CheckpointFile.Malformed.self, "\(index) bytes") {
        try CheckpointFile(path: other)
      }
    }
    try (whole + [0]).write(to: URL(fileURLWithPath: other))
    #expect(throws: CheckpointFile.Malformed.self) { try CheckpointFile(path: other) }
  }

  @Test func claimsBeyondTheFileAreRefused() throws {
    var data = Data("MARNETCK".utf8)
    withUnsafeBytes(of: UInt64.max.littleEndian) { data.append(contentsOf: $0) }
    data.append(Data(count: 40))
    try data.write(to: URL(fileURLWithPath: path))
    #expect(throws: CheckpointFile.Malformed.self) { try CheckpointFile(path: path) }
  }

  /// The checksum is no secret: whoever means harm writes the right one.
  @Test(arguments: [
    (#"[{"byteCount":-4,"name":"a"},{"byteCount":8,"name":"b"}]"#, "its checksum is another"),
    (#"[{"byteCount":2,"name":"a"},{"byteCount":2,"name":"a"}]"#, "its checksum is another"),
    (#"[{"byteCount":9223372036854775807,"name":"a"}]"#, "its checksum is another"),
    (#"[{"byteCount":3,"name":"a"}]"#, "it has"),
    (#"{"byteCount":4,"name":"a"}"#, "it is not a file of a checkpoint"),
    (String(repeating: "[", count: 10_000), "it is nested more than 32 deep"),
  ])
  func claimsUnderTheRightChecksum(sections: String, reason: String) throws {
    let header = #"{"description":0,"sections":"# + sections + "}"
    var data = Array("MARNETCK".utf8)
    func append(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { data += $0 } }
    append(UInt64(header.utf8.count))
    data += header.utf8 + [1, 2, 3, 4]
    var hash = ContentHash()
    hash.update(data)
    append(hash.value)
    try write(data, to: path)
    let error = #expect(throws: CheckpointFile.Malformed.self) { try CheckpointFile(path: path) }
    #expect(error?.description.hasPrefix(reason) == true, "\(String(describing: error))")
  }

  /// Reading a device has no end.
  @Test(arguments: [
    ("/dev/zero", "it is a folder, a pipe or a device"), ("/none", "there is no such file"),
  ])
  func noPlainFile(path: String, reason: String) {
    #expect(throws: CheckpointFile.Malformed.unreadable(reason)) { try CheckpointFile(path: path) }
  }

  @Test(arguments: [
    ("5", CheckpointSchedule.epochs(5)), ("90s", .seconds(90)), ("10m", .seconds(600)),
    ("1.5h", .seconds(5_400)), ("never", .never),
  ])
  func schedules(text: String, schedule: CheckpointSchedule) {
    #expect(CheckpointSchedule(text) == schedule)
  }

  @Test(arguments: ["0", "-1", "m", "10 m", "0s", "inf", "infs", "nans", "1e30h", ""])
  func noSchedules(text: String) { #expect(CheckpointSchedule(text) == nil) }

  @Test func whenTheyAreDue() {
    #expect(CheckpointSchedule.epochs(3).isDue(epochs: 6, elapsed: 0, cost: 0.1))
    #expect(!CheckpointSchedule.epochs(3).isDue(epochs: 7, elapsed: 1e6, cost: 0.1))
    #expect(!CheckpointSchedule.epochs(1).isDue(epochs: nil, elapsed: 1e6, cost: 0.1))
    #expect(CheckpointSchedule.seconds(2).isDue(epochs: nil, elapsed: 2, cost: 0.1))
    #expect(!CheckpointSchedule.seconds(2).isDue(epochs: 1, elapsed: 1, cost: 0.1))
    #expect(CheckpointSchedule.automatic.isDue(epochs: 1, elapsed: 10, cost: 0.1))
    #expect(!CheckpointSchedule.automatic.isDue(epochs: 1, elapsed: 9, cost: 0.1))
    #expect(!CheckpointSchedule.automatic.isDue(epochs: 1, elapsed: 49, cost: 1))
    #expect(CheckpointSchedule.automatic.isDue(epochs: 1, elapsed: 50, cost: 1))
    #expect(!CheckpointSchedule.automatic.isDue(epochs: nil, elapsed: 1e6, cost: 0.1))
    #expect(!CheckpointSchedule.never.isDue(epochs: 1, elapsed: 1e6, cost: 0.1))
  }
}
