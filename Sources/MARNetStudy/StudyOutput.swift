// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// The files a study writes.
enum StudyOutput {
  /// - Throws: `ModelError.outputExists` where something is there that may not be replaced.
  static func requireFree(_ path: String, overwrite: Bool) throws {
    if !overwrite, FileManager.default.fileExists(atPath: path) {
      throw ModelError.outputExists(path: path)
    }
  }

  /// One JSON document with snake-case, sorted keys.
  static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }
}
