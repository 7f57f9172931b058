// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetData

/// The files a study writes.
enum StudyOutput {
  /// Tries, before long work, whether a file can be written.
  ///
  /// - Throws: `ModelError.outputExists` where something is there that may not be replaced,
  ///   `DataError` where no file can be.
  static func requireFree(_ path: String, overwrite: Bool) throws {
    if !overwrite, FileManager.default.fileExists(atPath: path) {
      throw ModelError.outputExists(path: path)
    }
    try AtomicFile(path: path).discard()
  }

  /// One JSON document with snake-case, sorted keys.
  static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }
}
