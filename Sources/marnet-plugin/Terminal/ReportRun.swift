// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetReport

/// Writes a report and says what it found.
enum ReportRun {
  static func write(
    _ model: Model, directory: String, on file: FeatureFile, to output: String,
    _ options: ReportOptions = ReportOptions(), overwrite: Bool, threads: Int?,
    memory: MemoryBudget?
  ) throws {
    var options = options
    options.memory = memory
    let summary = try model.writeReport(
      on: file, directory: directory, to: output, options, overwrite: overwrite, threads: threads,
      progress: ProgressLine.show)
    LiveBlock.clear()
    Console.result(summary.verdict)
    Console.result("\(Decimals.grouped(summary.byteCount)) bytes in \(output).")
  }

  /// Says before a long run that the page could not be written after it.
  static func requireCanWrite(_ output: String, overwrite: Bool) throws {
    if !overwrite, FileManager.default.fileExists(atPath: output) {
      throw ModelError.outputExists(path: output)
    }
    try AtomicFile(path: output).discard()
  }
}
