// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// A row's score depends on the row, the model and the seed alone; text is never read.
@Suite struct ScoreIndependenceTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  private func scores(
    _ features: String, _ model: String, _ options: [String] = []
  ) throws -> [String] {
    try bench.scores(
      of: features, model: models.path("\(model).marnet"),
      ["--embedding", "--reconstruction"] + options)
  }

  /// The scores by identifier, without the number of the row.
  private func byID(_ lines: [String]) throws -> [String: Substring] {
    try Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let start = try #require(line.range(of: "\"id\":"))
        let end = try #require(line.range(of: ",\"prediction\""))
        return (String(line[start.upperBound..<end.lowerBound]), line[end.lowerBound...])
      })
  }

  @Test(arguments: ["plugin", "paper"])
  func batchesAndThreads(model: String) throws {
    let features = models.path("features.h5")
    let train = ["--split", "train"]
    let (test, whole) = (try scores(features, model), try scores(features, model, train))
    #expect(try scores(features, model, ["--batch", "1"]) == test)
    for options in [
      ["--batch", "7"], ["--batch", "300"], ["--threads", "1"], ["--threads", "3"],
    ] {
      #expect(try scores(features, model, options) == test, "\(options)")
      #expect(try scores(features, model, train + options) == whole, "\(options)")
    }
  }

  @Test(arguments: ["csv", "jsonl"])
  func filesAreTheSameBytesForEveryBatch(format: String) throws {
    let command = ["score", models.path("features.h5"), "--model", models.path("plugin.marnet")]
    for batch in ["8192", "1", "59", "119", "120", "121"] {
      let output = ["--output", "\(batch).\(format)", "--batch", batch, "--reconstruction"]
      try bench.run(command + (format == "csv" ? output.dropLast() : output)).succeeded()
    }
    let files = try bench.contents(of: ".")
    #expect(files.count == 6 && Set(files.values).count == 1)
  }

  @Test(arguments: ["plugin", "paper"])
  func rowsAround(model: String) throws {
    let features = models.path("features.h5")
    let whole = try byID(scores(features, model))
    let orders: [[Int]] = [
      (0..<120).reversed(), (0..<120).map { $0 * 7 % 120 }.filter { $0 % 3 == 0 }, [119], [4, 90],
    ]
    for order in orders {
      let name = bench.path("part.h5")
      try EditedFile.copy(features, to: name) { $0.keep(order, of: .test) }
      let part = try byID(scores(name, model))
      #expect(part.count == order.count)
      for (id, score) in part { #expect(whole[id] == score) }
    }
  }

  @Test func textInTheTestSplitIsNotRead() throws {
    let features = models.path("features.h5")
    let usual = try scores(features, "plugin")
    let evaluate = ["--model", models.path("plugin.marnet"), "--json"]
    let evaluation = try bench.run(["evaluate", features] + evaluate).succeeded().output
    try EditedFile.copy(features, to: bench.path("broken.h5")) { file in
      for row in 0..<120 { file.rows[.test]?.text?[row, 0] = .nan }
    }
    try EditedFile.copy(features, to: bench.path("none.h5")) { file in
      file.rows[.train] = nil
      file.rows[.test]?.text = nil
    }
    for name in ["broken.h5", "none.h5"] {
      #expect(try scores(name, "plugin") == usual)
      #expect(try bench.run(["evaluate", name] + evaluate).succeeded().output == evaluation)
    }
  }

  @Test func theTestSplitDoesNotTouchTheFit() throws {
    try EditedFile.copy(models.path("features.h5"), to: bench.path("broken.h5")) { file in
      for row in 0..<120 { file.rows[.test]?.visual[row, 0] = .infinity }
      for row in 0..<120 { file.rows[.test]?.text?[row, 0] = .nan }
      file.rows[.test]?.labels = [Int32](repeating: -1, count: 120)
    }
    try EditedFile.copy(models.path("features.h5"), to: bench.path("none.h5")) { file in
      file.rows[.test] = nil
    }
    for name in ["broken", "none"] {
      try bench.fit("\(name).h5", output: name)
      #expect(try bench.contents(of: name) == models.contents(of: "plugin.marnet"))
    }
  }
}
