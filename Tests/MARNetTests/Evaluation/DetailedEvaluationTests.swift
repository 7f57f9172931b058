// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetDense
import Testing

/// What reports read: evaluation row by row, confusions, texts of the classes, the denoising path.
@Suite struct DetailedEvaluationTests {
  private let folder: TemporaryFolder
  private let file: FeatureFile

  init() throws {
    folder = try TemporaryFolder()
    try SmallFit.features().write(to: folder.file("f.h5"))
    file = try FeatureFile(path: folder.file("f.h5"))
  }

  private static let plugin = Result { try SmallFit.model() }
  private static let paper = Result { try SmallFit.model(.paper) }

  @Test func agreesWithEvaluate() throws {
    let model = try Self.paper.get()
    let whole = try model.evaluate(file)
    for batchRows in [nil, 1, 37] {
      let found = try #require(
        try model.evaluateInDetail(file, split: .test, threads: 2, batchRows: batchRows))
      #expect(found.rows == Array(0..<90) && found.unlabelledRows == 0)
      #expect(
        found.predictors.map(\.name) == [
          "probe", "alignment", "reconstruction", "fused", "heads", "uncalibrated",
        ])
      #expect(found["probe"]?.metrics == whole.probe && found["fused"]?.metrics == whole.fused)
      #expect(found["reconstruction"]?.metrics == whole.reconstruction)
      let fused = try #require(found["fused"])
      let right = zip(fused.predictions, found.labels).count { $0 == $1 }
      #expect(Double(right) / 90 == whole.fused.top1)
      #expect(abs(fused.nll.reduce(0, +) / 90 - whole.fused.nll) < 1e-9)
      #expect(abs(fused.top1Gain.mean - (whole.fused.top1 - whole.probe.top1)) < 1e-12)
      #expect(found["probe"]?.top1Gain == PairedDifference([0], minus: [0]))
    }
  }

  @Test func binsAreThoseOfTheCalibrationError() throws {
    let found = try #require(try Self.paper.get().evaluateInDetail(file, split: .test))
    for one in found.predictors {
      #expect(one.reliability.count == 15 && one.reliability.reduce(0) { $0 + $1.rows } == 90)
      let error = one.reliability.reduce(0.0) { sum, bin in
        sum + Double(bin.rows) / 90 * abs(bin.accuracy - bin.confidence)
      }
      #expect(abs(error - one.metrics.ece) < 1e-9)
      for bin in one.reliability where bin.rows > 0 {
        #expect(bin.lowest - 1e-6 <= bin.confidence && bin.confidence <= bin.highest + 1e-6)
      }
    }
  }

  @Test func confusionsAreCounted() {
    let counts = ConfusionCounts(
      labels: [0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3], predictions: [0, 1, 1, 1, 0, 2, 3, 3, 3, 3, 3],
      classCount: 6)
    #expect(counts.cells.count == 7 && counts.classRows == [3, 2, 5, 1, 0, 0])
    #expect(counts.classRight == [1, 1, 1, 1, 0, 0])
    #expect(counts.mistakes.map(\.rows) == [4, 2, 1])
    #expect(counts.mistakes.first == .init(label: 2, prediction: 3, rows: 4))
    #expect(counts.mostConfused(2) == [2, 3] && counts.mostConfused(3) == [0, 2, 3])
    // Never a class without rows.
    #expect(counts.mostConfused(9) == [0, 1, 2, 3])
    // Class 4 has the fewest rows, and is taken for one of the pair.
    let drawn = ConfusionCounts(
      labels: [0, 0, 0, 1, 2, 2, 2, 3, 3, 4], predictions: [1, 1, 1, 1, 2, 2, 2, 3, 3, 0],
      classCount: 5)
    #expect(drawn.mostConfused(3) == [0, 1, 4])
    let perfect = ConfusionCounts(labels: [0, 1, 1], predictions: [0, 1, 1], classCount: 3)
    #expect(perfect.mistakes.isEmpty && perfect.mostConfused(1) == [1])
  }

  /// The last step is what scoring draws: the head must find the same classes there.
  @Test(arguments: [Configuration.Preset.plugin, .paper])
  func lastStepOfThePathIsTheScore(preset: Configuration.Preset) throws {
    let model = try (preset == .plugin ? Self.plugin : Self.paper).get()
    let visual = try file.readVisual(.test, rows: 0..<90)
    let labels = try file.labels(.test)
    var options = ScoringOptions()
    options.draws = 1
    let means = try #require(try model.classTextMeans(of: file))
    let path = try model.denoisingPath(
      of: visual, labels: labels, means: means, options: options, threads: 2)
    let scorer = try ModelScorer(model, options: options, threads: 1)
    let table = try #require(
      scorer.predictors(visual).first { $0.name == PredictorName.reconstruction })
    let right = RowMetrics.top1(table.logProbabilities, labels: labels).reduce(0, +)
    #expect(path.steps.last?.top1 == right / 90)
    options.includesFeatures = true
    let drawn = try #require(try model.score(visual, options: options).reconstruction)
    var sum = 0.0
    for row in 0..<90 {
      let mean = means.means.row(Int(labels[row]))
      let square = zip(drawn.row(row), mean)
        .reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      sum += (square / Double(mean.count)).squareRoot()
    }
    let distance = try #require(path.steps.last?.ownDistance)
    #expect(abs(distance - sum / 90) < 1e-4 * distance)
    #expect(
      try model.denoisingPath(
        of: visual, labels: labels, means: means, options: options, threads: 1)
        == path)
    let blind = try model.denoisingPath(of: visual, labels: labels, means: nil, options: options)
    #expect(blind.rowsWithMeans == 0 && blind.steps.last?.ownDistance == nil)
    #expect(blind.steps.map(\.top1) == path.steps.map(\.top1))
  }

  @Test func textsOfAClassAreAveragedWhereThereAreAny() throws {
    let model = try Self.plugin.get()
    let means = try #require(try model.classTextMeans(of: file))
    #expect(means.rows.reduce(0, +) == 320 && means.means.columnCount == 6)
    // Of standardised text, the mean over all rows is 0.
    for column in 0..<6 {
      let sum = (0..<4).reduce(0.0) {
        $0 + Double(means.rows[$1]) * Double(means.means[$1, column])
      }
      #expect(abs(sum) < 1e-2)
    }
    try FeatureFileWriter.write(
      [.test: SmallFit.features().block(.test, rows: 0..<90)],
      classNames: model.classNames, to: folder.file("test.h5"))
    #expect(try model.classTextMeans(of: FeatureFile(path: folder.file("test.h5"))) == nil)
  }

  @Test func historyIsReadFromTheDirectory() throws {
    let model = try Self.plugin.get()
    let path = folder.file("m.marnet")
    try model.save(to: path)
    #expect(try Model.epochs(directory: path) == model.epochs && !model.epochs.isEmpty)
    try write(Array("{\"stage\": 3}\n".utf8), to: path + "/metrics.jsonl")
    #expect(
      throws: ModelError.unreadable(path: path + "/metrics.jsonl", reason: "line 1 is no epoch")
    ) { _ = try Model.epochs(directory: path) }
    try FileManager.default.removeItem(atPath: path + "/metrics.jsonl")
    #expect(try Model.epochs(directory: path).isEmpty)
  }
}
