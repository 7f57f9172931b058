// SPDX-License-Identifier: Apache-2.0

extension FeatureFile {
  /// Reads labels, identifiers and masks of every split and the first and last rows of its
  /// features, and labels of a file that holds one group per item: what makes the HDF5 library crash or loop on a damaged file mostly does so here.
  ///
  /// The library runs in the process that calls it, and a crash ends that process. A program
  /// that reads files of strangers calls this in a child process first, as the command-line
  /// tool does with `--untrusted`.
  ///
  /// - Throws: the first `DataError`, after everything was read.
  public func readSamples() throws {
    var problem: (any Error)?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { problem = problem ?? error }
    }
    attempt { _ = try classNames }
    for split in splits {
      attempt { _ = try labels(split) }
      attempt { _ = try ids(split) }
      attempt { _ = try textMask(split) }
      attempt { try readEnds(of: split) }
    }
    attempt {
      guard files.contains(where: { $0.form == .items }),
        let groups = try ItemGroups(paths: paths, layout: layout)
      else { return }
      _ = try ItemSurvey(groups, layout: layout) { _, _ in }
    }
    if let problem { throw problem }
  }

  private func readEnds(of split: Split) throws {
    let layout = try layout(of: split)
    let rowCount = try layout.visual.get().rowCount
    for rows in [0..<min(1, rowCount), max(0, rowCount - 1)..<rowCount] {
      _ = try readVisual(split, rows: rows)
      if split != .test, layout.text != nil { _ = try readText(split, rows: rows) }
    }
  }
}
