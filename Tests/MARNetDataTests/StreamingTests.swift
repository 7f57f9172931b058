// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Memory does not grow with the number of rows.
@Suite struct StreamingTests {
  /// The largest resident size of this process so far, in bytes.
  static var peakBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  /// In a process of its own, whose peak no other test raises.
  @Test func writingReadingAndScoringStream() async {
    await #expect(processExitsWith: .success) {
      let before = Self.peakBytes
      let fileBytes = try Self.streamEverything()
      let growth = Self.peakBytes - before
      print("\(growth >> 20) MiB for a file of \(fileBytes >> 20) MiB")
      precondition(fileBytes > 120_000_000 && growth < 32 << 20)
    }
  }

  /// Writes, reads, scores and fingerprints 60,000 rows; returns the size of the file.
  static func streamEverything() throws -> Int {
    let folder = try TemporaryFolder()
    var parameters = SyntheticParameters()
    parameters.trainRows = 60_000
    parameters.testRows = 0
    parameters.visualWidth = 512
    parameters.textWidth = 8
    let path = folder.file("large.h5")
    try SyntheticFeatures(parameters).write(to: path)
    let file = try FeatureFile(path: path)
    let columns = ScoreColumns(
      rowCount: 60_000, classNames: (0..<200).map { "class \($0)" }, idKind: .strings)
    for name in ["scores.h5", "scores.csv"] {
      let scores = folder.file(name)
      let writer = try ScoreFormat(path: scores).writer(path: scores, columns: columns) { rows in
        guard case .strings(let ids)? = try file.ids(.train, rows: rows) else { return [] }
        return ids
      }
      for start in stride(from: 0, to: 60_000, by: 512) {
        let rows = start..<min(60_000, start + 512)
        let visual = try file.readVisual(.train, rows: rows)
        try writer.append(
          ScoreBlock(
            firstRow: start, probabilities: visual.view.columns(0..<200).matrix(),
            prediction: rows.map { Int32($0 % 200) },
            ids: name == "scores.h5" ? nil : try file.ids(.train, rows: rows)))
      }
      try writer.finish()
    }
    _ = try file.fingerprint(.train)
    var status = stat()
    stat(path, &status)
    return Int(status.st_size)
  }
}
