// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Model {
  /// The mean losses of every epoch of the fit that wrote the model directory at `path`, in order.
  ///
  /// - Returns: empty where the directory has no `metrics.jsonl`, which no score needs.
  /// - Throws: `ModelError.unreadable` where that file is damaged.
  public static func epochs(directory path: String) throws -> [EpochRecord] {
    let file = URL(fileURLWithPath: path, isDirectory: true)
      .appendingPathComponent(ModelDirectory.metricsName).path
    let bytes: [UInt8]
    do throws(PlainFile.Refusal) {
      bytes = try PlainFile(file, within: path).contents(most: JSONLimits.mostBytes)
    } catch {
      if error == .notFound { return [] }
      throw ModelError.unreadable(path: file, reason: error.reason)
    }
    let decoder = Configuration.decoder()
    return try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      guard JSONLimits.objection(to: line) == nil,
        let record = try? decoder.decode(EpochRecord.self, from: Data(line))
      else {
        throw ModelError.unreadable(path: file, reason: "line \(index + 1) is no epoch")
      }
      return record
    }
  }
}
