// SPDX-License-Identifier: Apache-2.0

/// What feature files hold, as far as a manifest can say it.
public struct FeatureFacts: Sendable, Equatable {
  /// What `inspect` found.
  public let report: FeatureFileReport
  /// The files, with checksums where they were asked for.
  public let files: [FeatureManifest.File]
  /// Texts at the root of the first file, such as `visual_encoder`.
  public let attributes: [String: String]
}

extension FeatureFile {
  /// What a manifest can say of these files.
  ///
  /// - Parameters:
  ///   - report: what `inspect` found in them.
  ///   - checksums: whether SHA-256 of every file is computed, in one pass over its bytes.
  /// - Throws: `DataError` when a file cannot be read.
  public func facts(_ report: FeatureFileReport, checksums: Bool) throws -> FeatureFacts {
    var texts: [String: String] = [:]
    for (name, value) in try files[0].file.root().attributes() {
      if case .text(let text) = value { texts[name] = text }
    }
    return FeatureFacts(
      report: report,
      files: try paths.map { path in
        FeatureManifest.File(
          name: path.split(separator: "/").last.map(String.init) ?? path,
          byteCount: FileKind.byteCount(path),
          sha256: checksums ? try FileChecksum.sha256(of: path) : nil)
      },
      attributes: texts)
  }
}

extension FeatureFacts {
  /// Rows of the splits that can be read.
  var rows: [FeatureManifest.Rows] {
    report.splits.compactMap { split in
      guard let count = split.rowCount else { return nil }
      return FeatureManifest.Rows(
        split: split.split, count: count, labelled: split.classes?.labelled ?? 0,
        withText: count - (split.rowsWithoutText ?? count))
    }
  }

  /// What the columns are called, by role.
  var columns: [String: String] { report.layouts.first?.columns ?? [:] }
}
