// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

extension Model {
  /// Writes what there is to see of the model on `file` to one HTML page at `path`, which loads
  /// nothing; docs/report.md describes it. The page appears whole or not at all. The same model,
  /// features and options give the same bytes, on any number of threads.
  ///
  /// - Parameters:
  ///   - directory: the model's own, which keeps its learning curves; shown as given.
  ///   - overwrite: replaces a file that stands at `path`.
  ///   - progress: how far it has come; false stops.
  /// - Throws: `ReportError`, `DataError`, `ModelError`, `ConfigurationError`,
  ///   `FitError.cancelled`.
  @discardableResult
  public func writeReport(
    on file: FeatureFile, directory: String, to path: String,
    _ options: ReportOptions = ReportOptions(), overwrite: Bool = false, threads: Int? = nil,
    progress: @escaping (ReportProgress) -> Bool = { _ in true }
  ) throws -> ReportSummary {
    if !overwrite, FileManager.default.fileExists(atPath: path) {
      throw ModelError.outputExists(path: path)
    }
    try file.requireIsNot(path)
    // Tells before the work where nothing can be written.
    let output = try AtomicFile(path: path)
    let gathering = ReportGathering(
      model: self, directory: directory, file: file, options: options, threads: threads,
      progress: progress)
    let content = try gathering.gather()
    let byteCount = try Page.markup(content).write(to: output)
    return ReportSummary(byteCount: byteCount, verdict: content.verdict.sentence)
  }
}

extension Markup {
  /// Writes it as a whole.
  ///
  /// - Returns: its size in bytes.
  fileprivate func write(to output: AtomicFile) throws -> Int {
    let bytes = Array(text.utf8)
    let target = try OutputDescriptor(creating: output.temporaryPath, shownAs: output.path)
    try bytes.withUnsafeBytes { try target.write($0) }
    try target.close()
    try output.commit()
    return bytes.count
  }
}
