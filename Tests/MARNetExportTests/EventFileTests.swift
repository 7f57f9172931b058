// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetDense
import MARNetExport
import Testing

/// Event files for TensorBoard, byte by byte.
@Suite struct EventFileTests {
  /// As TensorFlow's writer frames the text "hello".
  @Test func recordsAreFramedAsTFRecord() {
    let record = EventFile.record(Array("hello".utf8))
    #expect(record.prefix(8) == [5, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[8..<12]) == [0xEA, 0xB2, 0x04, 0x3E])
    #expect(Array(record[12..<17]) == Array("hello".utf8))
    #expect(Array(record[17...]) == [0xBB, 0x1F, 0x1C, 0x19])
  }

  @Test func eventsAreEncodedAsTheirSchemaSays() {
    #expect(
      EventMessage.version(wallTime: 1).bytes
        == [9, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 26, 13] + Array("brain.Event:2".utf8))
    #expect(
      EventMessage.start(step: 300, wallTime: 1).bytes
        == [9, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 16, 0xAC, 2, 58, 2, 8, 1])
    #expect(
      EventMessage.scalars([("loss", 1)], step: 1, wallTime: 1).bytes
        == [9, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 16, 1, 42, 13, 10, 11, 10, 4]
        + Array("loss".utf8) + [21, 0, 0, 0x80, 0x3F])
  }

  /// The data of the records, whose checks hold.
  private func records(_ file: [UInt8]) throws -> [[UInt8]] {
    var rest = file[...]
    var result: [[UInt8]] = []
    func take(_ count: Int) throws -> [UInt8] {
      try #require(rest.count >= count)
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    while !rest.isEmpty {
      let length = try take(8)
      #expect(number(try take(4)) == UInt64(CastagnoliChecksum.masked(length)))
      let data = try take(Int(number(length)))
      #expect(number(try take(4)) == UInt64(CastagnoliChecksum.masked(data)))
      result.append(data)
    }
    return result
  }

  @Test func aLogIsOneRunANetworkWithARecordAnEpoch() throws {
    let folder = try TemporaryFolder()
    let log = try TensorBoardLog(
      directory: folder.file("log"), configuration: Configuration(preset: .plugin))
    let fitted = try ExportedModel.fit(.paper, progress: log.handler())
    log.finish(fitted)
    #expect(log.failure == nil)
    #expect(log.directory == folder.file("log"))
    for stage in Set(fitted.epochs.map(\.stage)) {
      let run = folder.file("log/\(TensorBoardLog.run(of: stage))")
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: run).first)
      let written = try records(try bytes(of: "\(run)/\(name)"))
      #expect(written.count == 2 + fitted.epochs.count { $0.stage == stage })
    }
  }

  @Test func theHandlersAnswerIsPassedOn() throws {
    let folder = try TemporaryFolder()
    let log = try TensorBoardLog(
      directory: folder.file("log"), configuration: Configuration(preset: .plugin))
    #expect(throws: FitError.cancelled) {
      try ExportedModel.fit(progress: log.handler { $0.epoch == 2 ? .cancel : .proceed })
    }
  }
}
