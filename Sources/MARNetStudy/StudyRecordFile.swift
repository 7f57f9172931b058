// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetData

/// What a study has finished.
package protocol StudyRecord: Codable {
  /// Whether its parts go together, as those of a record that a study wrote do.
  var isSound: Bool { get }
}

/// Where a study keeps what it has finished: a hidden file beside its output, replaced whole
/// each time, removed when the study is complete.
package struct StudyRecordFile {
  /// A bit for every test row, contender and seed stays far below; nothing larger is read into
  /// memory.
  private static let largest = 256 << 20
  /// A loss for every held-out row stays far below.
  private static let mostValues = 8 << 20

  package let path: String

  /// - Parameter output: of the study.
  package init(for output: String) {
    // A directory may be given with a slash at its end.
    let end = output.lastIndex { $0 != "/" } ?? output.startIndex
    let place = output[...end]
    let name = ".\(URL(fileURLWithPath: output).lastPathComponent).partial"
    path = (place.lastIndex(of: "/").map { String(place[...$0]) } ?? "") + name
  }

  /// What is there; nil where there is nothing.
  ///
  /// - Throws: `StudyError.unreadable`.
  package func read<Record: StudyRecord>(_ type: Record.Type) throws -> Record? {
    do {
      let bytes = try PlainFile(path).contents(most: Self.largest)
      if JSONLimits.objection(to: bytes, mostValues: Self.mostValues) == nil,
        let record = try? JSONDecoder().decode(type, from: Data(bytes)), record.isSound
      {
        return record
      }
    } catch PlainFile.Refusal.notFound {
      return nil
    } catch {}
    throw StudyError.unreadable(path: path)
  }

  /// Replaces `record` by an interrupted run's, where there is one.
  ///
  /// - Parameters:
  ///   - overwrite: whether one that cannot be read, or was another study, is forgotten.
  ///   - difference: of the new record from the stored one, in words.
  /// - Throws: `StudyError.unreadable`, `StudyError.differentStudy`.
  func takeUp<Record: StudyRecord>(
    _ record: inout Record, overwrite: Bool, difference: (Record, Record) -> String?
  ) throws {
    let earlier: Record?
    do {
      earlier = try read(Record.self)
    } catch {
      if overwrite { return }
      throw error
    }
    guard let earlier else { return }
    if let difference = difference(record, earlier) {
      if overwrite { return }
      throw StudyError.differentStudy(path: path, difference: difference)
    }
    record = earlier
  }

  func write(_ record: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try Self.write(try encoder.encode(record), to: path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file whole or not at all.
  static func write(_ data: Data, to path: String) throws {
    let file = try AtomicFile(path: path)
    do {
      try data.write(to: URL(fileURLWithPath: file.temporaryPath))
    } catch {
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
    try file.commit()
  }
}
