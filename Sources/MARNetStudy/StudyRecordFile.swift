// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetData

/// Where a study keeps what it has finished: a hidden file beside its output, replaced whole
/// each time, removed when the study is complete.
struct StudyRecordFile {
  /// Far above any record: nothing larger is read into memory.
  private static let largest = 1 << 30

  let path: String

  /// - Parameter output: of the study.
  init(for output: String) {
    // A directory may be given with a slash at its end.
    let end = output.lastIndex { $0 != "/" } ?? output.startIndex
    let place = output[...end]
    let name = ".\(URL(fileURLWithPath: output).lastPathComponent).partial"
    path = (place.lastIndex(of: "/").map { String(place[...$0]) } ?? "") + name
  }

  /// What is there; nil where there is nothing.
  ///
  /// - Throws: `StudyError.unreadable`.
  private func read<Record: Decodable>(_ type: Record.Type) throws -> Record? {
    let manager = FileManager.default
    guard manager.fileExists(atPath: path) else { return nil }
    let size = (try? manager.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= Self.largest, let data = manager.contents(atPath: path),
      let record = try? JSONDecoder().decode(type, from: data)
    else { throw StudyError.unreadable(path: path) }
    return record
  }

  /// Replaces `record` by an interrupted run's, where there is one.
  ///
  /// - Parameters:
  ///   - overwrite: whether one that cannot be read, or was another study, is forgotten.
  ///   - difference: of the new record from the stored one, in words.
  /// - Throws: `StudyError.unreadable`, `StudyError.differentStudy`.
  func takeUp<Record: Decodable>(
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
