// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetStudy

extension Subject {
  /// What an interrupted comparison left.
  static let comparisonRecord = Subject(
    name: "comparison-record", fileName: ".study.partial", form: .text,
    makeCorpus: { corpus, _ in
      var options = ComparisonOptions()
      options.only = ["logistic", "fusion-sum"]
      options.seedCount = 2
      options.plugin = FuzzModel.configuration(.plugin)
      options.paper = FuzzModel.configuration(.paper)
      try keepRecord(in: corpus) { features, output, goesOn in
        _ = try Comparison(options: options, threads: 1).run(features, output: output) { update in
          goesOn(update.stage.contains("seed 2 of 2"))
        }
      }
    },
    parse: { _ = try StudyRecordFile(for: output(of: $0)).read(ComparisonRecord.self) })

  /// What an interrupted search left.
  static let tuningRecord = Subject(
    name: "tuning-record", fileName: ".study.partial", form: .text,
    makeCorpus: { corpus, _ in
      let search = try HyperparameterSearch(
        base: FuzzModel.configuration(.plugin), trialCount: 40, threads: 1)
      try keepRecord(in: corpus) { features, output, goesOn in
        _ = try search.run(features, output: output) { update in
          goesOn(update.fraction > 0 && !update.stage.hasPrefix("trials 1 "))
        }
      }
    },
    parse: { _ = try StudyRecordFile(for: output(of: $0)).read(TuningRecord.self) })

  private static func output(of record: String) -> String {
    URL(fileURLWithPath: record).deletingLastPathComponent().appendingPathComponent("study").path
  }

  /// Runs a study until `goesOn` is told to stop, and keeps what it left.
  private static func keepRecord(
    in corpus: TemporaryFolder,
    _ run: (
      _ features: FeatureFile, _ output: String,
      _ goesOn: @escaping @Sendable (_ shouldStop: Bool) -> Bool
    ) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    try FuzzModel.features.write(to: folder.file("features.h5"))
    do {
      try run(FeatureFile(path: folder.file("features.h5")), folder.file("study")) { !$0 }
    } catch StudyError.interrupted(let partial) {
      try write(bytes(of: partial), to: corpus.file("record"))
    }
  }
}
