// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Layouts from end to end: the same rows give the same model, whatever the file looks like.
@Suite struct LayoutTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  /// The rows of `split` in the file that the shared models were fitted on.
  private func rows(_ split: Split) throws -> FeatureBlock {
    let file = try EditedFile(models.path("features.h5"))
    return try #require(file.rows[split])
  }

  /// Writes columns of `block` under `prefix`.
  private func write(
    _ block: FeatureBlock, to file: RawFile, under prefix: String = "",
    names: (visual: String, text: String, label: String) = ("visual", "text", "label")
  ) throws {
    let shape = { (matrix: Matrix) in [matrix.rowCount, matrix.columnCount] }
    try file.floats(prefix + names.visual, shape(block.visual), block.visual.values)
    if let text = block.text { try file.floats(prefix + names.text, shape(text), text.values) }
    try file.integers(prefix + names.label, try #require(block.labels).map { Int64($0) })
  }

  /// Fits, and expects the weights of the shared model and the next command to name `arguments`.
  private func expectSameModel(
    _ arguments: [String], location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try bench.run(["fit"] + arguments + ["--output", "m.marnet"] + Workbench.quick)
      .succeeded(location: location)
    let weights = "model.safetensors"
    #expect(
      try bytes(of: bench.path("m.marnet/\(weights)"))
        == bytes(of: models.path("plugin.marnet/\(weights)")), sourceLocation: location)
    let shown = arguments.map { $0.contains("*") ? "'\($0)'" : $0 }.joined(separator: " ")
    #expect(
      result.output.contains("marnet-plugin evaluate \(shown) --model m.marnet\n"),
      "\(result.output)", sourceLocation: location)
    let evaluate = ["evaluate"] + arguments + ["--model", "m.marnet"]
    #expect(
      try bench.run(evaluate).succeeded(location: location).output
        == models.run(["evaluate", "features.h5", "--model", "plugin.marnet"]).output,
      sourceLocation: location)
  }

  /// Writes train and test rows as one, the test rows in between.
  private func writeFlat(_ path: String, _ divide: (RawFile, [Bool]) throws -> Void) throws {
    let (train, test) = (try rows(.train), try rows(.test))
    let isTest = (0..<train.rowCount + test.rowCount).map { $0 % 3 == 1 && $0 / 3 < test.rowCount }
    var next = [0, 0]
    let order = isTest.map { test -> (Bool, Int) in
      defer { next[test ? 1 : 0] += 1 }
      return (test, next[test ? 1 : 0])
    }
    let file = try RawFile(bench.path(path))
    func pick<Value>(_ value: (FeatureBlock, Int) -> Value) -> [Value] {
      order.map { value($0.0 ? test : train, $0.1) }
    }
    let text = try #require(train.text)
    try file.floats(
      "visual", [order.count, train.visual.columnCount], pick { $0.visual.row($1) }.flatMap { $0 })
    // The text of test rows must not matter: it is not finite.
    try file.floats(
      "text", [order.count, text.columnCount],
      pick { block, row in
        block.rowCount == train.rowCount
          ? text.row(row) : [Float](repeating: .infinity, count: text.columnCount)
      }.flatMap { $0 })
    try file.integers("label", pick { Int64($0.labels?[$1] ?? -1) })
    try file.strings("class_names", EditedFile(models.path("features.h5")).classNames)
    try divide(file, isTest)
  }

  @Test func aFlatFileWithASplitColumn() throws {
    try writeFlat("flat.h5") { file, isTest in
      try file.strings("split", isTest.map { $0 ? "test" : "Train" })
    }
    try expectSameModel(["flat.h5"])
  }

  @Test func indexLists() throws {
    try writeFlat("lists.h5") { file, isTest in
      for (name, wanted) in [("train_idx", false), ("test_idx", true)] {
        try file.integers(
          name, isTest.indices.filter { isTest[$0] == wanted }.map { Int64($0) })
      }
    }
    try expectSameModel(["lists.h5"])
  }

  @Test func twoFilesByNameAndByPattern() throws {
    let train = try rows(.train)
    let names = try EditedFile(models.path("features.h5")).classNames
    for (index, range) in [0..<110, 110..<train.rowCount].enumerated() {
      let part = Array(range)
      var blocks = [
        Split.train: FeatureBlock(
          visual: train.visual.rows(at: part), text: train.text?.rows(at: part),
          labels: train.labels.map { labels in part.map { labels[$0] } })
      ]
      if index == 1 { blocks[.test] = try rows(.test) }
      try FeatureFileWriter.write(
        blocks.mapValues { FeatureBlock(visual: $0.visual, text: $0.text, labels: $0.labels) },
        classNames: names, to: bench.path("part\(index).h5"))
    }
    try expectSameModel(["part0.h5", "part1.h5"])
    try FileManager.default.removeItem(atPath: bench.path("m.marnet"))
    try expectSameModel(["part*.h5"])
    let scores = try bench.run(
      ["score", "part*.h5", "--model", "m.marnet", "--output", "part1.h5"])
    #expect(scores.status == 73)
    let missing = try bench.run(["fit", "gone*.h5"])
    #expect(missing.status == 66)
    #expect(missing.messages.hasPrefix("error: gone*.h5: no file matches."))
  }

  @Test func keysAndPooledTokens() throws {
    do {
      let file = try RawFile(bench.path("keys.h5"))
      for split in [Split.train, .test] {
        var block = try rows(split)
        file.group(split.rawValue)
        let (visual, rowCount, width) = (
          block.visual, block.visual.rowCount, block.visual.columnCount
        )
        try file.floats(
          "\(split.rawValue)/tokens", [rowCount, 2, width],
          (0..<rowCount).flatMap { visual.row($0) + [Float](repeating: 0.5, count: width) })
        block.text = try rows(.train).text?.rows(at: Array(0..<rowCount))
        try write(block, to: file, under: "\(split.rawValue)/", names: ("unused", "caption", "y"))
      }
      try file.strings("class_names", EditedFile(models.path("features.h5")).classNames)
    }
    try expectSameModel([
      "keys.h5", "--visual-key", "tokens", "--text-key", "caption", "--label-key", "y",
      "--visual-pool", "first",
    ])
    let refused = try bench.run([
      "fit", "keys.h5", "--visual-key", "tokens", "--text-key", "caption", "--label-key", "y",
    ])
    #expect(refused.status == 65)
    #expect(refused.messages.contains("Pool its tokens with --visual-pool mean, first or max"))
  }

  @Test func inspectPrintsTheCommandThatFits() throws {
    do {
      let file = try RawFile(bench.path("found.h5"))
      try write(rows(.train), to: file, names: ("image features", "captions", "target"))
    }
    let result = try bench.run(["inspect", "found.h5"]).succeeded()
    let command =
      "marnet-plugin fit found.h5 --visual-key 'image features' --text-key captions --label-key target"
    #expect(result.outputLines.suffix(2) == ["It may be meant so:", "  \(command)"])
    let json = try bench.run(["inspect", "found.h5", "--json"]).succeeded().object()
    #expect((json["proposal"] as? [String: Any])?["command"] as? String == command)
    let keys = [
      "--visual-key", "image features", "--text-key", "captions", "--label-key", "target",
    ]
    let layout = try bench.run(["inspect", "found.h5"] + keys).succeeded()
    #expect(
      layout.outputLines[1]
        == "Read as: flat, all rows in whichever split is asked for; visual 'image features', "
        + "text 'captions', label 'target'")
    #expect(layout.outputLines.last == "'fit' accepts this file.")
    try bench.fit("found.h5", output: "m.marnet", keys)
    let scored = try bench.run(
      ["score", "found.h5", "--model", "m.marnet", "--output", "s.csv"] + keys
    ).succeeded()
    #expect(scored.messages.contains("Scored 300 rows of 'test' into s.csv."))
  }

  @Test func rowsWithoutLabelOrText() throws {
    try EditedFile.copy(models.path("features.h5"), to: bench.path("gaps.h5")) { file in
      for row in 0..<40 { file.rows[.train]?.labels?[row] = -1 }
      for row in 30..<60 {
        for column in 0..<8 { file.rows[.train]?.text?[row, column] = .nan }
      }
    }
    #expect(try bench.run(["fit", "gaps.h5"]).status == 65)
    func report(_ flags: [String]) throws -> [String: Any] {
      let result = try bench.run(
        ["fit", "gaps.h5", "--output", "g.marnet", "--overwrite", "--json"] + Workbench.quick
          + flags)
      return try #require(try result.succeeded().object()["report"] as? [String: Any])
    }
    let kept = try report(["--missing-text", "nan"])
    #expect(kept["rows"] as? Int == 300)
    #expect(kept["labelled_rows"] as? Int == 260)
    #expect(kept["rows_with_text"] as? Int == 270)
    let dropped = try report(["--missing-text", "nan", "--unlabelled", "drop"])
    #expect(dropped["rows"] as? Int == 260)
    #expect(dropped["rows_with_text"] as? Int == 240)
    let inspected = try bench.run(["inspect", "gaps.h5", "--missing-text", "nan"]).succeeded()
    #expect(inspected.output.contains("30 without text"))
    #expect(inspected.output.contains("260 labelled, 40 not"))
  }

  @Test func linksOutOfTheFolder() throws {
    try FileManager.default.createDirectory(
      atPath: bench.path("sub"), withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      atPath: models.path("features.h5"), toPath: bench.path("features.h5"))
    do {
      let file = try RawFile(bench.path("sub/link.h5"))
      for name in ["train", "test", "class_names"] {
        file.externalLink(name, to: "../features.h5", "/\(name)")
      }
    }
    let refused = try bench.run(["fit", "sub/link.h5"])
    #expect(refused.status == 65)
    #expect(
      refused.messages.contains(
        "'/train' is an external link to '../features.h5', which lies outside the file's folder"))
    try expectSameModel(["sub/link.h5", "--allow-external-links"])
    let overwriting = try bench.run([
      "score", "sub/link.h5", "--allow-external-links", "--model", "m.marnet", "--output",
      "features.h5",
    ])
    #expect(overwriting.status == 73)
  }
}
