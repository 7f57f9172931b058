// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// `Model.score` into files: stopped after any block it goes on to the same bytes.
@Suite struct FileScoringTests {
  private let folder: TemporaryFolder
  private let features: String

  init() throws {
    folder = try TemporaryFolder()
    features = folder.file("f.h5")
    try SmallFit.features().write(to: features)
  }

  private static let model = Result { try SmallFit.model() }

  private func score(
    _ output: String, _ change: (inout FileScoring) -> Void = { _ in },
    stopAt: Int = .max
  ) throws -> FileScoringReport {
    var what = FileScoring()
    what.batchRows = 10
    change(&what)
    return try Self.model.get().score(
      featuresAt: features, to: folder.file(output), what, threads: 1
    ) { done, _ in done < stopAt }
  }

  @Test(arguments: ["s.h5", "s.csv", "s.jsonl", "s.npy"], [10, 50, 80, 90])
  func stoppedAfterAnyBlock(name: String, rows: Int) throws {
    _ = try score("whole." + name)
    let error = #expect(throws: ScoringStopped.self) { _ = try score(name, stopAt: rows) }
    #expect(error?.keptRows == rows && error?.rowCount == 90 && error?.failureCode == .interrupted)
    #expect(
      error?.description == "interrupted; \(rows) of 90 rows are kept beside \(folder.file(name)).")
    let report = try score(name) {
      $0.resume = true
      $0.batchRows = 7
    }
    #expect(report.earlierRows == rows && report.rowCount == 90)
    #expect(try bytes(of: folder.file(name)) == bytes(of: folder.file("whole." + name)))
    #expect(folder.names == ["f.h5", name, "whole." + name].sorted())
  }

  @Test func stoppedBeforeTheFirstRowItLeavesNothing() throws {
    let error = #expect(throws: FitError.self) { _ = try score("s.h5", stopAt: 0) }
    #expect(error == .cancelled && folder.names == ["f.h5"])
  }

  /// Rows that must change: what was scored of the others is not gone on with.
  @Test func rowsThatCannotBeUsed() throws {
    var rows = try FeatureFile(path: features).pairedRows(.test).visual
    rows[64, 3] = .nan
    try FileManager.default.removeItem(atPath: features)
    try Self.writeRows(rows, to: features)
    for name in ["s.csv", "s.h5"] {
      let error = #expect(throws: DataError.self) { _ = try score(name) }
      guard case .nonFinite(_, row: 64, column: 3, _, _, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(folder.names == ["f.h5"])
  }

  @Test func shardsAreRowsOfTheWhole() throws {
    _ = try score("whole.h5")
    for index in [2, 0, 1] {
      let report = try score("s.h5") { $0.shard = ScoreShard(index, of: 3) }
      #expect(report.path == folder.file("s.shard-000\(index)-of-0003.h5"))
      #expect(report.rowCount == 30 && report.earlierRows == 0)
      #expect(try score("s.h5") { $0.shard = ScoreShard(index, of: 3) }.earlierRows == 30)
    }
    let merge = try ScoreMerge(paths: [folder.file("s.shard-*.h5")])
    #expect(try merge.write(to: folder.file("s.h5")))
    #expect(try bytes(of: folder.file("s.h5")) == bytes(of: folder.file("whole.h5")))
  }

  /// The features' fingerprint does not depend on how they are stored beyond their type.
  @Test func sampledFeatures() throws {
    let file = try FeatureFile(path: features)
    let fingerprint = try file.sampleFingerprint(.test)
    #expect(fingerprint.count == 16)
    #expect(try file.sampleFingerprint(.train) != fingerprint)
    let visual = try file.pairedRows(.test).visual
    func stored(_ visual: Matrix, _ options: FeatureFileOptions) throws -> String {
      let path = folder.file("\(UUID()).h5")
      try Self.writeRows(visual, to: path, options)
      return try FeatureFile(path: path).sampleFingerprint(.test)
    }
    #expect(try stored(visual, FeatureFileOptions(gzipLevel: 1, chunkRows: 7)) == fingerprint)
    #expect(try stored(visual, FeatureFileOptions(type: .float64)) != fingerprint)
    for row in [0, 89] {
      var other = visual
      other[row, 0] += 1
      #expect(try stored(other, FeatureFileOptions()) != fingerprint)
    }
    #expect(try stored(visual.rows(at: Array(0..<89)), FeatureFileOptions()) != fingerprint)
  }

  /// Writes a file of test rows alone.
  private static func writeRows(
    _ visual: Matrix, to path: String, _ options: FeatureFileOptions = FeatureFileOptions()
  ) throws {
    let writer = try FeatureFileWriter(path: path, classNames: nil, options: options)
    try writer.begin(
      .test,
      FeatureSplitPlan(
        rowCount: visual.rowCount, visualWidth: visual.columnCount, hasLabels: false))
    try writer.append(FeatureBlock(visual: visual))
    try writer.finish()
  }
}
