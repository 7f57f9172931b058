// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Testing

/// `fit` on files of many kinds.
@Suite struct FitDataTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func fitAndEvaluate(_ options: [String] = []) throws -> [String: Any] {
    try bench.fit("f.h5", output: "m", options)
    return try bench.run(["evaluate", "f.h5", "--model", "m", "--json"]).succeeded().object()
  }

  @Test(arguments: ["float16", "float32", "float64"])
  func storedTypes(type: String) throws {
    try bench.synthesize("f.h5", ["--dtype", type])
    let top1 = try fused(fitAndEvaluate())
    #expect(top1 > 0.5)
  }

  @Test func doublesAndFloatsOfOneValueFitTheSameModel() throws {
    try bench.synthesize("f.h5", ["--dtype", "float32"])
    try bench.synthesize("d.h5", ["--dtype", "float64"])
    try bench.fit("f.h5", output: "f")
    try bench.fit("d.h5", output: "d")
    #expect(
      try bench.contents(of: "f")["model.safetensors"]
        == bench.contents(of: "d")["model.safetensors"])
  }

  @Test(arguments: [5, 120])
  func classCounts(count: Int) throws {
    try bench.synthesize("f.h5", ["--classes", "\(count)", "--rows", "\(max(300, 5 * count))"])
    let result = try fitAndEvaluate()
    #expect(result["rows"] as? Int == 120)
    #expect(try fused(result) > 2 / Double(count))
  }

  @Test(arguments: [(79, 3), (3, 79), (1, 1)])
  func widths(visual: Int, text: Int) throws {
    try bench.synthesize("f.h5", ["--visual-width", "\(visual)", "--text-width", "\(text)"])
    #expect(try fused(fitAndEvaluate()) > 0)
  }

  @Test func fewLabels() throws {
    try bench.synthesize("f.h5", ["--labelled", "0.1"])
    let object = try bench.fit("f.h5", output: "m", ["--json"]).object()
    let report = try #require(object["report"] as? [String: Any])
    let labelled = try #require(report["labelled_rows"] as? Int)
    #expect((20...45).contains(labelled))
    #expect(report["rows_with_text"] as? Int == 300)
  }

  @Test func rowsWithoutText() throws {
    try bench.synthesize("f.h5", ["--with-text", "0.5", "--labelled", "0.5"])
    let object = try bench.fit("f.h5", output: "m", ["--json"]).object()
    let report = try #require(object["report"] as? [String: Any])
    let withText = try #require(report["rows_with_text"] as? Int)
    #expect((110...190).contains(withText))
  }

  @Test func textThatTheMaskHidesMayHoldAnything() throws {
    try bench.synthesize("f.h5")
    for (name, value) in [("zero", Float(0)), ("nan", .nan)] {
      try EditedFile.copy(bench.path("f.h5"), to: bench.path("\(name).h5")) { file in
        for row in 0..<40 { file.rows[.train]?.text?[row, 1] = value }
        file.rows[.train]?.textMask = (0..<300).map { $0 >= 40 }
        file.rows[.test]?.textMask = (0..<120).map { _ in true }
      }
      try bench.fit("\(name).h5", output: name)
    }
    #expect(
      try bench.contents(of: "nan")["model.safetensors"]
        == bench.contents(of: "zero")["model.safetensors"])
  }

  @Test func labelsThatAreNames() throws {
    try bench.synthesize("whole.h5")
    let train = try #require(try EditedFile(bench.path("whole.h5")).rows[.train])
    let text = try #require(train.text)
    let labels = try #require(train.labels)
    let names = ["birch", "ash, common", "élan", "\"oak\""]
    do {
      let file = try RawFile(bench.path("f.h5"))
      for split in ["train", "test"] {
        try file.group(split)
          .floats("\(split)/visual", [300, 24], train.visual.values)
          .strings("\(split)/labels", labels.map { names[Int($0)] })
      }
      try file.floats("train/text", [300, 8], text.values)
    }
    try bench.fit("f.h5", output: "m")
    let scores = try bench.run(["score", "f.h5", "--model", "m", "--output", "-"]).succeeded()
    let header = "row,prediction,\"prob_\"\"oak\"\"\",\"prob_ash, common\",prob_birch,prob_élan\r\n"
    #expect(scores.output.hasPrefix(header))
    let result = try bench.run(["evaluate", "f.h5", "--model", "m", "--json"]).object()
    #expect(try fused(result) > 0.7)
  }

  private func fused(_ result: [String: Any]) throws -> Double {
    let metrics = try #require(result["fused"] as? [String: Any])
    return try #require(metrics["top1"] as? Double)
  }
}
