// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

@Suite struct InspectionTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  @Test func aSoundFileIsDescribed() throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 100
    parameters.testRows = 20
    parameters.classCount = 4
    parameters.labelledFraction = 0.4
    parameters.textFraction = 0.5
    try SyntheticFeatures(parameters).write(
      to: path, options: FeatureFileOptions(type: .float16, gzipLevel: 4, chunkRows: 50))
    let report = try FeatureFile(path: path).inspect()
    #expect(report.problems == [])
    #expect(report.classNames == ["class_0", "class_1", "class_2", "class_3"])
    #expect(report.namesClasses && report.splits.map(\.split) == [.train, .test])
    let train = report.splits[0]
    #expect(train.rowCount == 100 && train.visualWidth == 128 && train.textWidth == 32)
    #expect(train.classes?.labelled == 40 && train.classes?.unlabelled == 60)
    #expect(train.classes?.counts == [10, 10, 10, 10] && train.classes?.rarestCount == 10)
    let withoutText = try #require(train.rowsWithoutText)
    #expect(withoutText > 30 && withoutText < 70)
    #expect(train.uniqueTextVectors == 100 - withoutText && train.uniqueVisualVectors == 100)
    #expect(train.nonFiniteVisualRows == 0 && train.nonFiniteTextRows == 0)
    #expect(report.splits[1].visualRowsAlsoInTrain == 0)
    let visual = try #require(train.datasets.first { $0.path == "/train/visual" })
    #expect(visual.shape == [100, 128] && visual.type == "float16" && visual.isUsed)
    #expect(visual.chunkShape == [50, 128] && visual.filters == ["gzip 4"])
    #expect(visual.byteCount > 0 && visual.byteCount < 100 * 128 * 2)
    #expect(
      report.notes == ["no group '/val': fit holds out labelled rows of '/train' instead"])
  }

  @Test func everythingWrongIsListedAtOnce() throws {
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats("train/visual", [4, 3], [1, 2, 3, .nan, 5, 6, 7, 8, 9, 1, 1, .nan])
      },
      text: { try $0.floats("train/text", [3, 2], [1, 2, 3, 4, 5, 6]) },
      labels: { try $0.integers("train/labels", [0, 2, -1, 2]) },
      test: { try $0.group("test").floats("test/visual", [2, 2], [1, 2, .infinity, 6]) },
      more: {
        try $0.strings("class_names", ["a", "b", "c"])
        try $0.group("val").floats("val/visual", [1, 4], [1, 2, 3, 4])
        try $0.integers("train/extra", [1])
      })
    let report = try FeatureFile(path: path).inspect()
    let start = "\(path): "
    #expect(
      report.problems == [
        start + "dataset '/train/text' has 3 rows but '/train/visual' has 4. Rows must pair one "
          + "to one; re-extract the shorter one, or mark missing text with '/train/text_mask'.",
        start + "dataset '/train/visual' holds nan in row 1, column 0; 2 of 4 rows are not "
          + "finite. Repair or drop these rows.",
        start + "dataset '/train/labels' has no labelled row of class 1 'b'. Label one, or take "
          + "the class out of 'class_names'.",
        start + "dataset '/val/visual' has 4 columns but '/train/visual' has 3. "
          + "Extract both splits with the same encoder.",
        start + "has no dataset '/val/label'; the group holds 'visual'. "
          + "Add it, or name another with --label-key.",
      ])
    #expect(report.splits[0].nonFiniteVisualRows == 2)
    #expect(
      report.notes == [
        "not read: '/train/extra'",
        "scoring would refuse the test split: \(path): dataset '/test/visual' has 2 columns but "
          + "'/train/visual' has 3. Extract both splits with the same encoder.",
        "scoring would refuse the test split: \(path): dataset '/test/visual' holds inf in row 1, "
          + "column 0; 1 of 2 rows is not finite. Repair or drop these rows.",
      ])
  }

  @Test func whatFitRefusesIsAmongTheProblems() throws {
    try SmallFile.write(
      to: path, text: { try $0.floats("train/text", [4, 2], [1, 2, .nan, 4, 5, 6, .nan, 8]) },
      labels: { try $0.integers("train/label", [0, 1, -5, 1]) },
      more: { try $0.strings("class_names", ["a", "b"]) })
    let file = try FeatureFile(path: path)
    let problems = file.inspect().problems
    #expect(problems.count == 2)
    let error = #expect(throws: DataError.self) { try file.pairedRows(.train) }
    #expect(problems.contains(error?.description ?? ""))
  }

  @Test func textIsNeeded() throws {
    try SmallFile.write(to: path, text: nil)
    let report = try FeatureFile(path: path).inspect()
    #expect(report.splits[0].rowsWithoutText == 4)
    #expect(
      report.problems == [
        "\(path): dataset '/train/text' has no row with text; fitting learns from text. "
          + "Write text features for some training rows."
      ])
  }

  @Test func textThatIsPerClassAndRepeatedRowsAreNoted() throws {
    try SmallFile.write(
      to: path, text: { try $0.floats("train/text", [4, 2], [1, 2, 3, 4, 3, 4, 3, 4]) },
      test: { try $0.group("test").floats("test/visual", [2, 3], [1, 2, 3, 7, 8, 9.5]) })
    let report = try FeatureFile(path: path).inspect()
    #expect(report.problems == [])
    #expect(report.splits[0].uniqueTextVectors == 2)
    #expect(report.splits[1].visualRowsAlsoInTrain == 1)
    #expect(
      report.notes == [
        "/train/text holds 2 different rows among 4: such text may give the label away",
        "/train: class '0' has only 1 labelled row",
        "/test: 1 row of visual features also stands in '/train'",
        "no group '/val': fit holds out labelled rows of '/train' instead",
      ])
  }

  @Test func aFileWithoutTraining() throws {
    let features = try SyntheticFeatures(SyntheticParameters())
    let writer = try FeatureFileWriter(path: path, classNames: nil)
    try writer.begin(.test, FeatureSplitPlan(rowCount: 2, visualWidth: 128, hasLabels: false))
    try writer.append(FeatureBlock(visual: features.block(.test, rows: 0..<2).visual))
    try writer.finish()
    let report = try FeatureFile(path: path).inspect()
    #expect(report.classNames == [] && report.notes == [])
    #expect(
      report.problems == [
        "\(path): has no group '/train'; the file holds 'test'. "
          + "Put the features into '/train/visual', one row a sample."
      ])
  }
}
