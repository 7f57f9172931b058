// SPDX-License-Identifier: Apache-2.0

import Glibc
import MARNetData
import MARNetDense
import Testing

/// Memory does not grow with the number of rows.
@Suite(.serialized) struct StreamingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The largest resident size of this process so far, in bytes.
  static var peakBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  @Test func writingReadingAndScoringStream() throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 60_000
    parameters.testRows = 0
    parameters.visualWidth = 512
    parameters.textWidth = 8
    let path = folder.file("large.h5")
    let before = Self.peakBytes
    try SyntheticFeatures(parameters).write(to: path)
    let file = try FeatureFile(path: path)
    let columns = ScoreColumns(
      rowCount: 60_000, classNames: (0..<200).map { "class \($0)" }, idKind: .strings)
    let scores = folder.file("scores.h5")
    let writer = try ScoreFormat.hdf5.writer(path: scores, columns: columns)
    for start in stride(from: 0, to: 60_000, by: 512) {
      let rows = start..<min(60_000, start + 512)
      let visual = try file.readVisual(.train, rows: rows)
      try writer.append(
        ScoreBlock(
          firstRow: start, probabilities: visual.view.columns(0..<200).matrix(),
          prediction: rows.map { Int32($0 % 200) }, ids: try file.ids(.train, rows: rows)))
    }
    try writer.finish()
    #expect(try file.fingerprint(.train).count == 16)
    var status = stat()
    stat(path, &status)
    #expect(status.st_size > 120_000_000)
    let growth = Self.peakBytes - before
    #expect(growth < 48 << 20, "\(growth >> 20) MiB for a file of \(status.st_size >> 20) MiB")
  }
}
