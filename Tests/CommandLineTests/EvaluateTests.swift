// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

/// `evaluate`: keys, ranges, the table.
@Suite struct EvaluateTests {
  private static let branches = ["alignment", "fused", "probe", "reconstruction"]

  private func expectMetrics(_ value: Any?, _ name: String) throws {
    let metrics = try #require(value as? [String: Any], "\(name)")
    for key in ["top1", "top5", "balanced_accuracy", "ece"] {
      let value = try #require(metrics[key] as? Double, "\(name).\(key)")
      #expect((0...1).contains(value), "\(name).\(key) is \(value)")
    }
    let nll = try #require(metrics["nll"] as? Double, "\(name).nll")
    #expect((0...20).contains(nll), "\(name).nll is \(nll)")
    #expect(metrics["rows"] as? Int == 120)
  }

  @Test(arguments: ["plugin", "paper"])
  func printsOneJSONDocument(model: String) throws {
    let bench = try Fitted.shared.get()
    let result = try bench.run([
      "evaluate", "features.h5", "--model", "\(model).marnet", "--json",
    ]).succeeded()
    #expect(result.messages.isEmpty)
    let object = try result.object()
    #expect(object.keys.sorted() == (Self.branches + ["rows"]).sorted())
    #expect(object["rows"] as? Int == 120)
    for name in Self.branches { try expectMetrics(object[name], name) }
  }

  @Test func reportsTheImageOnlyControls() throws {
    let bench = try Workbench()
    try bench.synthesize("f.h5")
    try bench.fit("f.h5", output: "m", ["--image-only-control"])
    let object = try bench.run(["evaluate", "f.h5", "--model", "m", "--json"]).object()
    let controls = ["image_only_control", "image_only_ensemble"]
    #expect(object.keys.sorted() == (Self.branches + controls + ["rows"]).sorted())
    for name in Self.branches + controls { try expectMetrics(object[name], name) }
  }

  @Test func printsATable() throws {
    let bench = try Fitted.shared.get()
    let result = try bench.run(["evaluate", "features.h5", "--model", "plugin.marnet"])
      .succeeded()
    try #require(result.outputLines.count == 6)
    #expect(result.outputLines[0] == "120 labelled rows of 'test':")
    #expect(
      result.outputLines[1].split(separator: " ").joined(separator: " ")
        == "top-1 % top-5 % balanced % NLL ECE %")
    #expect(
      result.outputLines[2...].compactMap { $0.split(separator: " ").first.map(String.init) }
        == ["probe", "alignment", "reconstruction", "fused"])
  }

  @Test func leavesRowsWithoutALabelOut() throws {
    let models = try Fitted.shared.get()
    let bench = try Workbench()
    try EditedFile.copy(models.path("features.h5"), to: bench.path("part.h5")) { file in
      for row in 0..<20 { file.rows[.test]?.labels?[row] = -1 }
    }
    try EditedFile.copy(models.path("features.h5"), to: bench.path("rest.h5")) { file in
      file.keep(Array(20..<120), of: .test)
    }
    let options = ["--model", models.path("plugin.marnet"), "--json"]
    let part = try bench.run(["evaluate", "part.h5"] + options).succeeded()
    #expect(try part.object()["rows"] as? Int == 100)
    #expect(try bench.run(["evaluate", "rest.h5"] + options).output == part.output)
  }

  @Test func classesAreMatchedByName() throws {
    let models = try Fitted.shared.get()
    let bench = try Workbench()
    try EditedFile.copy(models.path("features.h5"), to: bench.path("turned.h5")) { file in
      file.classNames.reverse()
      let turned = file.rows[.test]?.labels?.map { 3 - $0 }
      file.rows[.test]?.labels = turned
    }
    let options = ["--model", models.path("plugin.marnet"), "--json"]
    #expect(
      try bench.run(["evaluate", "turned.h5"] + options).succeeded().output
        == models.run(["evaluate", "features.h5"] + options).output)
  }

  @Test func doesNotDependOnBatches() throws {
    let bench = try Fitted.shared.get()
    let command = ["evaluate", "features.h5", "--model", "plugin.marnet", "--json"]
    let usual = try bench.run(command).succeeded().output
    for batch in ["1", "7", "119"] {
      #expect(try bench.run(command + ["--batch", batch]).output == usual)
    }
    #expect(try bench.run(command + ["--threads", "1"]).output == usual)
  }
}
