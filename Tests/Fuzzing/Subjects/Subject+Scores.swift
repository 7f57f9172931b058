// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet

extension Subject {
  /// A score file that `merge` takes for the only shard.
  static let scores = Subject(
    name: "scores", fileName: "input.h5", form: .scores,
    containing: ["merge", "--untrusted", "--overwrite", "--output", "merged.h5"],
    makeCorpus: { corpus, _ in
      let bench = try ScoringBench()
      try bench.score(to: corpus.file("plain.h5"))
      try bench.score(to: corpus.file("top.h5")) { $0.topK = 2 }
      try bench.score(to: corpus.file("wide.h5")) {
        $0.includesEmbedding = true
        $0.includesReconstruction = true
      }
    },
    parse: { path in try merge([path], beside: path) })

  /// The shard in the middle of three, whose others are whole.
  static let shard = Subject(
    name: "shard", fileName: "input.h5", form: .scores,
    containing: [
      "merge", "--untrusted", "--overwrite", "--output", "merged.h5", shardName(0), shardName(2),
    ],
    makeCorpus: { corpus, place in
      let bench = try ScoringBench()
      for index in 0..<3 {
        try bench.score(to: place.file("s.h5")) { $0.shard = ScoreShard(index, of: 3) }
      }
      // What is whole stands at the place; the others are there to be spliced and to overlap.
      for index in 0..<3 {
        try write(bytes(of: place.file(shardName(index))), to: corpus.file("\(index)"))
      }
    },
    parse: { path in
      let place = URL(fileURLWithPath: path).deletingLastPathComponent()
      let others = [0, 2].map { place.appendingPathComponent(shardName($0)).path }
      try merge([others[0], path, others[1]], beside: path)
    })

  /// What an interrupted scoring noted, with which `score --resume` goes on.
  static let scoreJournal = Subject(
    name: "score-journal", fileName: ".s.csv.progress", form: .text,
    makeCorpus: { corpus, place in
      let bench = try ScoringBench()
      try bench.model.save(to: place.file("m"))
      try write(bytes(of: bench.features), to: place.file("features.h5"))
      for name in ["s.csv", "s.h5"] {
        try bench.interrupt(scoringTo: place.file(name))
        try write(bytes(of: place.file(".\(name).progress")), to: corpus.file(name))
        try FileManager.default.moveItem(
          atPath: place.file(".\(name).partial"), toPath: place.file("\(name).kept"))
      }
    },
    parse: { path in
      let place = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let journal = try bytes(of: path)
      let model = try Model(directory: "\(place)/m")
      var problem: (any Error)?
      for name in ["s.csv", "s.h5"] {
        try write(journal, to: "\(place)/.\(name).progress")
        try write(bytes(of: "\(place)/\(name).kept"), to: "\(place)/.\(name).partial")
        var what = FileScoring()
        what.resume = true
        what.overwrite = true
        do {
          _ = try model.score(
            featuresAt: "\(place)/features.h5", to: "\(place)/\(name)", what, threads: 1)
        } catch { problem = problem ?? error }
      }
      if let problem { throw problem }
    })

  private static func shardName(_ index: Int) -> String { "s.shard-000\(index)-of-0003.h5" }

  private static func merge(_ shards: [String], beside path: String) throws {
    _ = try ScoreMerge(paths: shards).write(to: path + ".merged", overwrite: true)
  }
}

/// A model and the features that it scores.
private struct ScoringBench {
  let model: Model
  private let folder: TemporaryFolder

  var features: String { folder.file("features.h5") }

  init() throws {
    folder = try TemporaryFolder()
    try FuzzModel.features.write(to: folder.file("features.h5"))
    model = try FuzzModel.make(.plugin)
  }

  func score(to output: String, _ change: (inout FileScoring) -> Void = { _ in }) throws {
    var what = FileScoring()
    change(&what)
    _ = try model.score(featuresAt: features, to: output, what, threads: 1)
  }

  /// Stops after the first blocks.
  func interrupt(scoringTo output: String) throws {
    var what = FileScoring()
    what.batchRows = 8
    do {
      _ = try model.score(featuresAt: features, to: output, what, threads: 1) { done, _ in
        done < 16
      }
    } catch is ScoringStopped {}
  }
}
