// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

@Suite struct SyntheticFeaturesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func parameters(_ change: (inout SyntheticParameters) -> Void = { _ in }) -> SyntheticParameters {
    var parameters = SyntheticParameters()
    parameters.trainRows = 300
    parameters.testRows = 100
    parameters.classCount = 7
    parameters.visualWidth = 33
    parameters.textWidth = 9
    change(&parameters)
    return parameters
  }

  @Test func aRowDoesNotDependOnItsBlock() throws {
    let features = try SyntheticFeatures(parameters { $0.textFraction = 0.5 })
    let whole = features.block(.train, rows: 0..<300)
    for rows in [0..<1, 13..<14, 5..<205, 299..<300] {
      let part = features.block(.train, rows: rows)
      let indices = Array(rows)
      #expect(part.visual == whole.visual.rows(at: indices))
      #expect(part.text == whole.text?.rows(at: indices))
      #expect(part.labels == whole.labels.map { labels in indices.map { labels[$0] } })
      #expect(part.ids == whole.ids?.rows(at: indices))
      #expect(part.textMask == whole.textMask.map { mask in indices.map { mask[$0] } })
    }
    #expect(
      try SyntheticFeatures(parameters { $0.trainRows = 14 }).block(.train, rows: 13..<14)
        .visual == whole.visual.rows(at: [13]), "nor on the number of rows")
  }

  @Test func seedsAndSplitsDiffer() throws {
    let rows = 0..<20
    let first = try SyntheticFeatures(parameters()).block(.train, rows: rows)
    #expect(try SyntheticFeatures(parameters()).block(.test, rows: rows).visual != first.visual)
    let other = try SyntheticFeatures(parameters { $0.seed = 1 }).block(.train, rows: rows)
    #expect(other.visual != first.visual && other.text != first.text)
  }

  @Test(arguments: [0.05, 0.1, 0.33, 1])
  func labelsAreKeptEvenlyOverClasses(fraction: Double) throws {
    let features = try SyntheticFeatures(
      parameters {
        $0.trainRows = 700
        $0.labelledFraction = fraction
      })
    let rows = try features.pairedRows(.train)
    try rows.requireEveryClassLabelled()
    var counts = [Int](repeating: 0, count: 7)
    for label in rows.labels where label >= 0 { counts[Int(label)] += 1 }
    #expect(Set(counts) == [Int((100 * fraction).rounded(.up))])
    #expect(try features.pairedRows(.test).labels.allSatisfy { $0 >= 0 })
  }

  @Test func textIsKeptAtRandom() throws {
    let features = try SyntheticFeatures(
      parameters {
        $0.trainRows = 4000
        $0.textFraction = 0.25
      })
    let rows = try features.pairedRows(.train)
    let kept = rows.hasText.count { $0 }
    #expect(abs(kept - 1000) < 150)
    #expect(try features.pairedRows(.test).hasText.allSatisfy { $0 })
  }

  /// Nearest class mean, means from the training rows, on test rows.
  func accuracy(_ train: Matrix, _ trainLabels: [Int32], _ test: Matrix, _ labels: [Int32])
    -> Double
  {
    let classes = Int(trainLabels.max() ?? 0) + 1
    let means = (0..<classes).map { index -> [Float] in
      let rows = trainLabels.indices.filter { trainLabels[$0] == index }
      return (0..<train.columnCount).map { column in
        rows.reduce(0) { $0 + train[$1, column] } / Float(rows.count)
      }
    }
    let right = labels.indices.count { row in
      let values = test.row(row)
      let distances = means.map { mean in
        zip(values, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      return distances.indices.min { distances[$0] < distances[$1] } == Int(labels[row])
    }
    return Double(right) / Double(labels.count)
  }

  @Test func textTellsClassesApartMuchBetterThanImages() throws {
    let features = try SyntheticFeatures(SyntheticParameters())
    let train = try features.pairedRows(.train)
    let test = try features.pairedRows(.test)
    let visual = accuracy(train.visual, train.labels, test.visual, test.labels)
    let text = try accuracy(
      #require(train.text), train.labels, #require(test.text), test.labels)
    #expect(text > 0.9 && visual < 0.8 && visual > 0.2, "text \(text), visual \(visual)")
  }

  @Test func theFileHoldsTheRows() throws {
    let features = try SyntheticFeatures(
      parameters {
        $0.trainRows = 2_500
        $0.valRows = 10
        $0.textFraction = 0.7
        $0.labelledFraction = 0.2
      })
    let path = folder.file("s.h5")
    try features.write(to: path, attributes: ["tool": "test"])
    let file = try FeatureFile(path: path)
    #expect(file.splits == Split.allCases)
    for split in [Split.train, .val] {
      let read = try file.pairedRows(split)
      let made = try features.pairedRows(split)
      #expect(read.visual == made.visual && read.text == made.text && read.ids == made.ids)
      #expect(read.labels == made.labels && read.hasText == made.hasText)
      #expect(read.fingerprint == made.fingerprint && read.classNames == made.classNames)
    }
    #expect(try RawReader(path).attribute("description")?.hasPrefix("Synthetic") == true)
  }

  @Test func parametersOutOfRange() {
    let error = #expect(throws: DataError.self) {
      try SyntheticFeatures(parameters { $0.trainRows = 6 })
    }
    #expect(
      error?.description == "synthetic features: training rows is 6; it needs to be at least one "
        + "a class: 7 or more. Choose another value.")
    #expect(error?.kind == .configuration)
    #expect(throws: DataError.self) {
      try SyntheticFeatures(parameters { $0.labelledFraction = .nan })
    }
  }
}
