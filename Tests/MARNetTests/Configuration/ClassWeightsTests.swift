// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetDense
import Testing

/// Class weights in a configuration and in files.
@Suite struct ClassWeightsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> ClassWeights {
    let path = folder.file("w")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try ClassWeights(contentsOfFile: path)
  }

  @Test(arguments: [
    #"{"apple pie": 2, "fooBar": 0.5, "a_b": 1e1}"#,
    "apple pie,2\nfooBar,0.5\na_b,10\n",
    "\u{FEFF}class,weight\r\n\"apple pie\", 2\r\n\r\nfooBar,.5\r\na_b,1e1",
    "apple pie\t2\nfooBar\t0.5\na_b\t10",
  ])
  func filesOfEveryKindAreRead(text: String) throws {
    #expect(try read(text) == .byClass(["apple pie": 2, "fooBar": 0.5, "a_b": 10]))
  }

  @Test func namesMayHoldSeparatorsAndQuotes() throws {
    #expect(
      try read("pies, small,2\n\"a \"\"b\"\"\",1\n") == .byClass(["pies, small": 2, #"a "b""#: 1]))
    #expect(try read(#"{"a \"b\": {": 3, "é": 1}"#) == .byClass([#"a "b": {"#: 3, "é": 1]))
  }

  /// Names are data, not keys: a configuration keeps them as they are.
  @Test func aConfigurationKeepsTheNames() throws {
    let weights = ClassWeights.byClass(["fooBar": 0.1, "foo_bar": 2, "a.b c": 1, "": 4])
    for one in [weights, .none, .balanced] {
      var configuration = Configuration()
      configuration.training.classWeights = one
      let data = try Configuration.encoder().encode(configuration)
      #expect(try Configuration(json: data, path: "c.json") == configuration)
    }
  }

  /// A model that was fitted before there were weights.
  @Test func aConfigurationWithoutWeightsHasNone() throws {
    let text = String(
      decoding: try Configuration.encoder().encode(Configuration()), as: UTF8.self)
    let older = text.replacing("\"class_weights\" : \"none\",", with: "")
    #expect(older != text)
    #expect(
      try Configuration.decoder().decode(Configuration.self, from: Data(older.utf8))
        == Configuration())
  }

  /// New weights take the place of old ones, whatever either is.
  @Test func assignmentsReplaceWeights() throws {
    let first = try Configuration().setting([#"training.class_weights={"a": 1, "b": 2}"#])
    #expect(first.training.classWeights == .byClass(["a": 1, "b": 2]))
    let second = try first.setting([#"training.class_weights={"c": 3}"#])
    #expect(second.training.classWeights == .byClass(["c": 3]))
    #expect(
      try second.setting(["training.class_weights=balanced"]).training.classWeights == .balanced)
    #expect(throws: ConfigurationError.self) {
      try second.setting(["training.class_weights=equal"])
    }
    let zero = try second.setting([#"training.class_weights={"c": 0, "d": 1}"#])
    let error = #expect(throws: ConfigurationError.self) { try zero.validate() }
    #expect(
      error?.description
        == "configuration: 'training.class_weights' is 0.0 for class 'c' but must be a number "
        + "above 0 for every class. The default is \"none\".")
  }

  /// n / (C n_c), as scikit-learn counts; rows without a label do not count.
  @Test func balancedWeights() throws {
    let names = ["a", "b", "c"]
    let visual = Matrix(rowCount: 8, columnCount: 1)
    let labels: [Int32] = [0, 0, 0, 0, 1, -1, 2, 2]
    let rows = try PairedRows(visual: visual, text: visual, labels: labels, classNames: names)
    let pool = WorkerPool(threads: 1)
    let data = try PreparedData(rows: rows, validation: nil, pool: pool)
    #expect(data.rows.classWeights == nil)
    let balanced = try data.weighted(by: .balanced).rows
    let formula = [4.0, 1, 2].map { 7 / (3 * $0) }
    #expect(balanced.classWeights?.values == formula)
    #expect(balanced.rows(at: [1, 4]).classWeights == balanced.classWeights)
    let given = try data.weighted(by: .byClass(["c": 3, "a": 1, "b": 2]))
    #expect(given.rows.classWeights?.values == [1, 2, 3])
    #expect(try data.weighted(by: .none).rows.classWeights == nil)
    let equal = try PairedRows(
      visual: visual, text: visual, labels: [0, 1, 2, 0, 1, 2, -1, -1], classNames: names)
    #expect(
      try PreparedData(rows: equal, validation: nil, pool: pool).weighted(by: .balanced).rows
        .classWeights == nil, "classes of one size weigh nothing")
  }

  @Test func weightsOfOtherClassesAreRefused() throws {
    let visual = Matrix(rowCount: 2, columnCount: 1)
    let rows = try PairedRows(
      visual: visual, text: visual, labels: [0, 1], classNames: ["apple", "pear"])
    func refusal(_ weights: [String: Double]) throws -> Failure {
      var configuration = Configuration()
      configuration.training.classWeights = .byClass(weights)
      let trainer = try Trainer(configuration: configuration, threads: 1)
      let error = try #require(throws: ClassWeightsError.self) { try trainer.fit(rows) }
      return Failure(error)
    }
    let unknown = try refusal(["apple": 1, "pears": 1])
    #expect(
      unknown.message
        == "configuration: 'training.class_weights': names 'pears', which is not a class of the "
        + "features. Did you mean 'pear'?")
    #expect(unknown.exitStatus == 78)
    #expect(
      try refusal(["apple": 1]).message
        == "configuration: 'training.class_weights': has no weight for class 'pear', but every "
        + "class needs one. Add it; 1 leaves a class as it is.")
    #expect(try refusal([:]).message.contains("for class 'apple' (and for 1 other class), but"))
  }
}
