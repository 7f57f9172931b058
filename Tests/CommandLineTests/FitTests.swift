// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// `fit`: what it writes and says.
@Suite struct FitTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.synthesize("features.h5")
  }

  @Test func writesAModelDirectoryNamedAfterTheFile() throws {
    let result = try bench.run(["fit", "features.h5"] + Workbench.quick).succeeded()
    #expect(bench.folder.names == ["features.h5", "features.marnet"])
    let files = try bench.contents(of: "features.marnet")
    #expect(
      files.keys.sorted() == ["README.md", "config.json", "metrics.jsonl", "model.safetensors"])
    #expect(result.output.contains("Model written to features.marnet."))
    #expect(result.output.contains("Negative log-likelihood, out of fold on labelled pairs:"))
    #expect(result.output.contains("held-out rows, MARNet against the linear probe:"))
  }

  @Test func metricsAreOneObjectAnEpoch() throws {
    try bench.fit("features.h5", output: "m")
    let lines = try bytes(of: bench.path("m/metrics.jsonl")).split(separator: 10)
    #expect(lines.count > 3)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      #expect(object?["stage"] is String)
      #expect((object?["loss"] as? Double)?.isFinite == true)
    }
  }

  @Test func printsOneJSONDocument() throws {
    let object = try bench.fit("features.h5", output: "m", ["--json"]).object()
    #expect(
      object.keys.sorted() == [
        "calibration_temperature", "classes", "decision", "model", "report",
      ])
    #expect(object["model"] as? String == "m")
    #expect(object["classes"] as? Int == 4)
    #expect(object["decision"] as? String == "marnet")
    let report = try #require(object["report"] as? [String: Any])
    #expect(report["rows"] as? Int == 300)
    #expect(report["held_out_source"] as? String == "part of train")
    let branches = try #require(report["branches"] as? [[String: Any]])
    #expect(
      branches.compactMap { $0["name"] as? String } == [
        "probe", "image_only_ensemble", "alignment", "reconstruction", "fused",
      ])
  }

  @Test(arguments: ["plugin", "paper"])
  func theSameCommandWritesTheSameBytesWithAnyNumberOfThreads(preset: String) throws {
    let options = ["--preset", preset, "--image-only-control"]
    try bench.fit("features.h5", output: "a", options + ["--threads", "1"])
    try bench.fit("features.h5", output: "b", options + ["--threads", "1"])
    try bench.fit("features.h5", output: "c", options + ["--threads", "2"])
    let first = try bench.contents(of: "a")
    #expect(try bench.contents(of: "b") == first)
    #expect(try bench.contents(of: "c") == first)
    try bench.fit("features.h5", output: "d", options + ["--seed", "1"])
    #expect(try bench.contents(of: "d")["model.safetensors"] != first["model.safetensors"])
  }

  @Test(arguments: ["plugin", "paper"])
  func theConfigurationOfAModelRepeatsIt(preset: String) throws {
    try bench.fit("features.h5", output: "a", ["--preset", preset, "--seed", "5"])
    try bench.run(["fit", "features.h5", "--config", "a/config.json", "--output", "b"])
      .succeeded()
    #expect(try bench.contents(of: "b") == bench.contents(of: "a"))
  }

  @Test func validationRowsOfTheFileAreUsed() throws {
    try bench.synthesize("val.h5", ["--val-rows", "90"])
    let object = try bench.fit("val.h5", output: "m", ["--json"]).object()
    let report = try #require(object["report"] as? [String: Any])
    #expect(report["held_out_source"] as? String == "val group")
    #expect(report["held_out_rows"] as? Int == 90)
    #expect(report["rows"] as? Int == 300)
  }

  @Test func fewHeldOutRowsTestNothing() throws {
    try bench.synthesize("few.h5", ["--rows", "60"])
    let result = try bench.fit("few.h5", output: "m")
    #expect(result.output.contains("Not tested: only 12 labelled rows could be held out."))
  }

  @Test func overwriteReplacesAModel() throws {
    try bench.fit("features.h5", output: "m")
    let first = try bench.contents(of: "m")
    let second = try bench.fit("features.h5", output: "m", ["--seed", "9", "--overwrite"])
    #expect(second.status == 0)
    #expect(try bench.contents(of: "m") != first)
    #expect(bench.folder.names == ["features.h5", "m"])
  }
}
