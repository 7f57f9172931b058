// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// `--class-weights`: every source of weights, what they do to rare classes, what is refused.
@Suite struct ClassWeightsCommandTests {
  let bench: Workbench
  private static let given =
    #"{"apple pie": 0.5, "bread": 1, "cakeRoll": 3.25, "dip_sauce": 10}"#

  init() throws {
    bench = try Workbench()
    try LongTail.write(to: bench.path("tail.h5"))
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: bench.path(name)))
  }

  private func weights(of model: String) throws -> [UInt8]? {
    try bench.contents(of: model)["model.safetensors"]
  }

  private func fit(_ output: String, _ options: [String]) throws -> [UInt8]? {
    try bench.fit("tail.h5", output: output, options)
    return try weights(of: output)
  }

  /// Balanced accuracy of a branch on the test rows.
  private func balanced(_ branch: String, of model: String) throws -> Double {
    let object = try bench.run(["evaluate", "tail.h5", "--model", model, "--json"]).succeeded()
      .object()
    let metrics = try #require(object[branch] as? [String: Any])
    return try #require(metrics["balanced_accuracy"] as? Double)
  }

  @Test(arguments: ["plugin", "paper"])
  func balancedWeightsFindRareClasses(preset: String) throws {
    let longer = [
      "--preset", preset, "--set", "training.minimum_steps=200",
      "--set", "training.maximum_steps=200", "--set", "training.fusion_steps=200",
    ]
    _ = try fit("plain", longer)
    _ = try fit("even", longer + ["--class-weights", "balanced"])
    for branch in ["probe", "fused"] {
      let (plain, even) = (try balanced(branch, of: "plain"), try balanced(branch, of: "even"))
      #expect(even > plain + 0.08, "\(branch): \(plain) without, \(even) with weights")
    }
  }

  @Test func noneIsTheDefault() throws {
    let plain = try fit("a", [])
    #expect(try fit("b", ["--class-weights", "none"]) == plain)
    #expect(try bench.contents(of: "b") == bench.contents(of: "a"))
    #expect(try fit("c", ["--class-weights", "balanced"]) != plain)
    try write(#"{"apple pie": 1, "bread": 1, "cakeRoll": 1, "dip_sauce": 1}"#, to: "one.json")
    #expect(try fit("d", ["--class-weights", "one.json"]) == plain)
  }

  @Test func everySourceOfTheSameWeightsFitsTheSameModel() throws {
    try write(Self.given, to: "w.json")
    try write(
      "class\tweight\napple pie\t0.5\nbread\t1\ncakeRoll\t3.25\ndip_sauce\t10\n", to: "w.tsv")
    let first = try fit("a", ["--class-weights", "w.json"])
    #expect(try fit("b", ["--class-weights", "w.tsv"]) == first)
    #expect(try fit("c", ["--set", "training.class_weights=" + Self.given]) == first)
    #expect(try fit("d", ["--class-weights", "w.json", "--threads", "2"]) == first)
    // The model keeps the weights: its configuration repeats the fit without the file.
    try bench.run(["fit", "tail.h5", "--config", "a/config.json", "--output", "e"]).succeeded()
    #expect(try bench.contents(of: "e") == bench.contents(of: "a"))
    // And a flag takes their place.
    try bench.run([
      "fit", "tail.h5", "--config", "a/config.json", "--output", "f", "--class-weights", "none",
    ]).succeeded()
    #expect(try weights(of: "f") == fit("g", []))
  }

  /// "balanced" is n / (C n_c) of the labelled rows.
  @Test func balancedIsAFormula() throws {
    try write(
      "apple pie,\(535 / 1600.0)\nbread,\(535 / 400.0)\ncakeRoll,\(535 / 100.0)\n"
        + "dip_sauce,\(535 / 40.0)\n", to: "w.csv")
    #expect(
      try fit("a", ["--class-weights", "balanced"]) == fit("b", ["--class-weights", "w.csv"]))
  }

  @Test func theReportCountsRowsAndSaysTheWeights() throws {
    try LongTail.write(to: bench.path("some.h5"), withoutText: 6, unlabelled: 4)
    let result = try bench.fit("some.h5", output: "m", ["--class-weights", "balanced"])
    #expect(result.output.contains("\nLabelled rows a class: 8 ('dip_sauce') to 300 ('apple pie')"))
    #expect(result.output.contains("; class weights 0.335 to 12.562.\n"))
    #expect(
      result.output.contains(
        "\nRows without text: 45 labelled, 44 unlabelled, which take part in no loss.\n"))
    #expect(
      result.output.contains("Negative log-likelihood, rows weighted by class, out of fold on"))
    #expect(result.output.contains("(below 0 is better; rows weighted by class)."))
    #expect(result.output.contains(#/top-1 % +balanced % +gain/#))
    let card = String(
      decoding: try #require(try bench.contents(of: "m")["README.md"]), as: UTF8.self)
    #expect(card.contains("8 ('dip_sauce') to 300 ('apple pie'); class weights 0.335 to 12.562."))
    #expect(card.contains("| predictor | top-1 | balanced accuracy |"))
    let object = try bench.fit("some.h5", output: "n", ["--json"]).object()
    let report = try #require(object["report"] as? [String: Any])
    #expect(report["class_weight_range"] == nil)
    let counts = try #require(report["counts"] as? [String: Any])
    #expect(counts["unlabelled"] as? Int == 133 && counts["without_text"] as? Int == 89)
    #expect(counts["labelled_without_text"] as? Int == 45)
    #expect(counts["unlabelled_without_text"] as? Int == 44)
    let rarest = try #require(counts["rarest_class"] as? [String: Any])
    #expect(rarest["name"] as? String == "dip_sauce" && rarest["labelled_rows"] as? Int == 8)
    #expect((report["warnings"] as? [String])?.contains { $0.hasPrefix("Fewer") } == false)
  }

  @Test func classesWithFewRowsAreNamed() throws {
    try bench.synthesize("few.h5", ["--labelled", "0.02"])
    let result = try bench.fit("few.h5", output: "m")
    #expect(result.output.contains("\nNote: Fewer than 5 labelled rows: classes 'class_"))
    #expect(result.output.contains("What is learned and measured of so few says little."))
  }

  @Test(arguments: [
    (
      #"{"apple pie": 1, "bread": 1, "cakeRoll": 1}"#,
      "has no weight for class 'dip_sauce', but every class needs one. "
        + "Add it; 1 leaves a class as it is."
    ),
    (
      "bread,1\n",
      "has no weight for class 'apple pie' (and for 2 other classes), but every class needs one."
    ),
    (
      #"{"apple pie": 1, "bread": 1, "cakeRol": 1, "dip_sauce": 1}"#,
      "names 'cakeRol', which is not a class of the features. Did you mean 'cakeRoll'?"
    ),
    ("zzzzzzzz,1\n", "names 'zzzzzzzz', which is not a class of the features. Take it out."),
    (#"{"bread": 1, "br\u0065ad": 2}"#, "names class 'bread' twice. Keep one of its weights."),
    ("bread,1\nbread,1\n", "names class 'bread' twice. Keep one of its weights."),
    (
      #"{"bread": 0}"#,
      "the weight of class 'bread' is 0.0 but must be a number above 0. "
        + "Give 1 to a class that is to count as it is."
    ),
    ("bread,-2\n", "the weight of class 'bread' is -2.0 but must be a number above 0."),
    ("bread,inf\n", "the weight of class 'bread' is inf but must be a number above 0."),
    ("bread,nan\n", "the weight of class 'bread' is nan but must be a number above 0."),
    ("bread,much\n", "the weight of class 'bread' is 'much' but must be a number above 0."),
    (
      #"{"bread": "1"}"#,
      "the weight of class 'bread' is not a number that can be read but must be a number above 0."
    ),
    (#"{"bread": null}"#, "the weight of class 'bread' is not a number that can be read but"),
    (
      "[1, 2]",
      "is a JSON array, where class weights need one object such as {\"apple\": 1, \"pear\": 2.5}. "
        + "Write one number for each class."
    ),
    ("{bread: 1}", "is not JSON that can be read, where class weights need one object such as"),
    (
      "\nbread\n",
      "line 2 is 'bread', not a class and its weight with a comma or a tab between. "
        + "Write one line such as 'apple,2.5' for each class."
    ),
    ("", "has no weight for class 'apple pie' (and for 3 other classes), but every class"),
  ])
  func badFilesAreRefused(text: String, message: String) throws {
    try write(text, to: "w.txt")
    let before = bench.folder.names
    let result = try bench.run(["fit", "tail.h5", "--class-weights", "w.txt"])
    #expect(result.status == 65)
    #expect(result.messages.hasPrefix("error: w.txt: " + message), "\(result.messages)")
    #expect(result.output.isEmpty && bench.folder.names == before)
  }

  @Test(arguments: ["fit", "compare", "tune"])
  func everyCommandNamesTheFile(command: String) throws {
    let missing = try bench.run([command, "tail.h5", "--class-weights", "even"])
    #expect(missing.status == 66)
    #expect(
      missing.messages
        == "error: even: no such file. Give a file of class weights, or 'balanced' or 'none'.\n")
    try write("bread,1\n", to: "w.csv")
    let short = try bench.run([command, "tail.h5", "--class-weights", "w.csv"])
    #expect(short.status == 65 && short.messages.contains("error: w.csv: has no weight for"))
    let folder = try bench.run([command, "tail.h5", "--class-weights", "."])
    #expect(folder.status == 74 && folder.messages.contains("error: .: cannot be read: "))
  }

  @Test func weightsOfAConfigurationAreItsOwn() throws {
    func refuse(_ value: String, _ message: String) throws {
      let result = try bench.run([
        "fit", "tail.h5", "--set", "training.class_weights=" + value,
      ])
      #expect(result.status == 78)
      #expect(result.messages.contains(message), "\(result.messages)")
    }
    try refuse(
      #"{"bread": 1}"#,
      "configuration: 'training.class_weights': has no weight for class 'apple pie'")
    try refuse(
      #"{"bread": -1}"#, "configuration: 'training.class_weights' is -1.0 for class 'bread' but")
    try refuse("equal", "'equal' is neither 'none' nor 'balanced' nor an object of weights")
    try refuse(#"{"bread": "x"}"#, "bread' cannot be read")
  }

  /// All contenders count rows by their classes; the table shows what it does.
  @Test func comparisonsAreWeighted() throws {
    func run(_ output: String, _ weights: String) throws -> CommandResult {
      try bench.run(
        ["compare", "tail.h5", "--seeds", "1", "--trials", "1", "--output", output]
          + ["--only", "plugin,logistic,fusion-sum,self-training,knn,ssan"]
          + ["--class-weights", weights] + Workbench.smallStudy
      ).succeeded()
    }
    func balanced(_ output: String, _ id: String) throws -> Double {
      let report = try JSONSerialization.jsonObject(with: Data(bytes(of: bench.path(output))))
      let levels = (report as? [String: Any])?["levels"] as? [[String: Any]]
      let rows = try #require(levels?.first?["rows"] as? [[String: Any]])
      let row = try #require(rows.first { $0["id"] as? String == id })
      let metrics = try #require(row["metrics"] as? [String: Any])
      return try #require(metrics["balanced_accuracy"] as? Double)
    }
    let plain = try run("a.json", "none")
    let even = try run("b.json", "balanced")
    #expect(even.output.contains("\nRows are weighted so that all classes count equally.\n"))
    #expect(!plain.output.contains("weighted so that"))
    #expect(even.outputLines.contains { $0.contains("balanced %  top-5 %") })
    for id in ["probe", "logistic"] {
      let (before, after) = (try balanced("a.json", id), try balanced("b.json", id))
      #expect(after > before + 0.08, "\(id): \(before) without, \(after) with weights")
    }
  }

  @Test func aSearchIsWeighted() throws {
    let result = try bench.run(
      ["tune", "tail.h5", "--trials", "2", "--class-weights", "balanced"] + Workbench.smallStudy
    ).succeeded()
    #expect(result.output.contains("top-1 %  balanced %"))
    let chosen = try #require(try bench.contents(of: "tail.tuned")["config.json"])
    #expect(String(decoding: chosen, as: UTF8.self).contains("\"class_weights\" : \"balanced\""))
  }
}
