// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// `report` and `fit --report`: what they print, write and refuse.
@Suite struct ReportTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  private func report(_ model: String, _ options: [String] = []) throws -> CommandResult {
    try bench.run(
      ["report", models.path("features.h5"), "--model", models.path(model)] + options)
  }

  private func page(_ name: String) throws -> String {
    String(decoding: try bytes(of: bench.path(name)), as: UTF8.self)
  }

  @Test(arguments: ["plugin", "paper"])
  func writesOnePageAndSaysTheVerdict(model: String) throws {
    let result = try report("\(model).marnet").succeeded()
    #expect(result.messages.isEmpty && bench.folder.names == ["report.html"])
    try #require(result.outputLines.count == 2)
    #expect(result.outputLines[0].hasPrefix("On 120 labelled rows of 'test', fusion "))
    let page = try page("report.html")
    let size = result.outputLines[1].replacing(",", with: "")
    #expect(size == "\(page.utf8.count) bytes in report.html.")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    let sentence = result.outputLines[0].replacing("'", with: "&#39;")
    #expect(page.contains("<p class=\"lead\">\(sentence)</p>"))
  }

  @Test func bytesDoNotDependOnThreads() throws {
    try report("paper.marnet", ["--threads", "1"]).succeeded()
    try report("paper.marnet", ["--threads", "3", "--output", "again.html"]).succeeded()
    #expect(try page("report.html") == page("again.html"))
  }

  @Test func numbersAreThoseOfEvaluate() throws {
    try report("plugin.marnet").succeeded()
    let evaluation = try models.run([
      "evaluate", "features.h5", "--model", "plugin.marnet",
    ]).succeeded()
    let page = try page("report.html")
    for line in evaluation.outputLines.dropFirst(2) {
      let top1 = try #require(line.split(separator: " ").dropFirst().first)
      #expect(page.contains(">\(top1)</td>"), "\(line)")
    }
  }

  /// A page without rows is for files that have features and no 'test', not for any file.
  @Test(arguments: ["report", "manifest"]) func aFileWithoutFeatures(command: String) throws {
    try RawFile(bench.path("f.h5")).floats("embeddings", [2, 3], [1, 2, 3, 4, 5, 6])
    let model = command == "report" ? ["--model", models.path("plugin.marnet")] : []
    let result = try bench.run([command, "f.h5", "--output", "o"] + model)
    result.refused(65, "holds neither a group 'train' nor a dataset 'visual', but 'embeddings'.")
    #expect(result.messages.hasSuffix("--label-key, as 'inspect' proposes.\n"))
    #expect(bench.folder.names == ["f.h5"])
  }

  @Test func whatIsThereStays() throws {
    try write(Array("mine".utf8), to: bench.path("report.html"))
    try report("plugin.marnet").refused(73, "report.html: already exists.")
    #expect(try page("report.html") == "mine")
    try report("plugin.marnet", ["--overwrite"]).succeeded()
    #expect(bench.folder.names == ["report.html"])
    try report("plugin.marnet", ["--output", "none/r.html"]).refused(
      73, "there is no folder 'none'")
  }

  @Test func neverOverItsFeatures() throws {
    try EditedFile.copy(models.path("features.h5"), to: bench.path("f.h5")) { _ in }
    let before = try bytes(of: bench.path("f.h5"))
    try bench.run([
      "report", "f.h5", "--model", models.path("plugin.marnet"), "--output", "f.h5", "--overwrite",
    ]).refused(73, "it is the file that is read")
    #expect(try bytes(of: bench.path("f.h5")) == before)
  }

  @Test func whatCannotBeShown() throws {
    try report("plugin.marnet", ["--class", "clas_1"])
      .refused(78, "the model has no class 'clas_1'. Did you mean 'class_1'?")
    try report("plugin.marnet", ["--row", "120"])
      .refused(78, "120 is no row of 'test', which has 120")
    try report("plugin.marnet", ["--rows-per-class", "9223372036854775807"])
      .refused(78, "more than the 5,000 points")
    try report("plugin.marnet", ["--rows-per-class", "0"]).refused(64, "must be 1 or more")
    try report("plugin.marnet", ["--split", "val"]).refused(65, "has no group '/val'")
    try report("none.marnet").refused(66, "there is no such model")
    #expect(bench.folder.names.isEmpty)
  }

  @Test func damagedHistoryIsNamed() throws {
    try FileManager.default.copyItem(
      atPath: models.path("plugin.marnet"), toPath: bench.path("m.marnet"))
    try write(Array("{}\n".utf8), to: bench.path("m.marnet/metrics.jsonl"))
    let command = ["report", models.path("features.h5"), "--model", "m.marnet"]
    try bench.run(command).refused(65, "metrics.jsonl: not a readable model (line 1 is no epoch)")
    try FileManager.default.removeItem(atPath: bench.path("m.marnet/metrics.jsonl"))
    try bench.run(command).succeeded()
    #expect(try page("report.html").contains("has no metrics.jsonl"))
  }

  /// Files that lack what a section needs: the page says so, and the rest is there.
  @Test func filesThatLackSomething() throws {
    let model = models.path("plugin.marnet")
    try EditedFile.copy(models.path("features.h5"), to: bench.path("train.h5")) {
      $0.rows[.test] = nil
    }
    let result = try bench.run(["report", "train.h5", "--model", model]).succeeded()
    #expect(result.outputLines[0].contains("rows its fit held out"))
    let train = try page("report.html")
    #expect(train.contains("The features have no &#39;test&#39; rows"))
    #expect(train.contains("rows that the fit held out. Fractions in percent"))
    try EditedFile.copy(models.path("features.h5"), to: bench.path("some.h5")) { file in
      file.rows[.train] = nil
      for row in 0..<30 { file.rows[.test]?.labels?[row] = -1 }
    }
    try bench.run(["report", "some.h5", "--model", model, "--overwrite", "--row", "2"]).succeeded()
    let some = try page("report.html")
    #expect(some.contains("On 90 labelled rows"))
    #expect(some.contains("Distances to the classes") && some.contains("no label"))
    // Texts that cannot be used cost one curve, not the page.
    try EditedFile.copy(models.path("features.h5"), to: bench.path("broken.h5")) { file in
      file.rows[.train]?.text?[7, 3] = .nan
    }
    try bench.run(["report", "broken.h5", "--model", model, "--overwrite"]).succeeded()
    #expect(try page("report.html").contains("texts are not shown. broken.h5: "))
    try EditedFile.copy(models.path("features.h5"), to: bench.path("none.h5")) { file in
      for row in 0..<120 { file.rows[.test]?.labels?[row] = -1 }
    }
    try bench.run(["report", "none.h5", "--model", model, "--overwrite"]).succeeded()
    #expect(try page("report.html").contains("have no labels, so nothing was evaluated"))
  }

  @Test func fitWritesThePageBesideTheModel() throws {
    try bench.synthesize("f.h5")
    let result = try bench.fit("f.h5", output: "m.marnet", ["--report"])
    #expect(bench.folder.names == ["f.h5", "m.html", "m.marnet"])
    #expect(result.outputLines.suffix(2).first?.contains("labelled rows of 'test'") == true)
    #expect(result.outputLines.last?.hasSuffix(" bytes in m.html.") == true)
    try bench.run(["report", "f.h5", "--model", "m.marnet"]).succeeded()
    #expect(try page("report.html") == page("m.html"))
    let fit = ["fit", "f.h5", "--report", "--output"]
    try FileManager.default.removeItem(atPath: bench.path("m.marnet"))
    try bench.run(fit + ["m.marnet"]).refused(73, "m.html: already exists.")
    try bench.run(fit + ["n.marnet", "--json"]).refused(64, "--report goes on with text")
    #expect(bench.folder.names == ["f.h5", "m.html", "report.html"])
  }
}
