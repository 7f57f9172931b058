// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// `score`: formats and columns.
@Suite struct ScoreTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  private func score(_ output: String, _ options: [String] = []) throws -> CommandResult {
    try bench.run(
      [
        "score", models.path("features.h5"), "--model", models.path("plugin.marnet"),
        "--output", output,
      ] + options
    ).succeeded()
  }

  @Test func hdf5() throws {
    let result = try score("s.h5", ["--embedding", "--reconstruction"])
    #expect(result.output.isEmpty)
    #expect(result.messages == "Scored 120 rows of 'test' into s.h5.\n")
    let file = try RawReader(bench.path("s.h5"))
    #expect(file.shape("probabilities") == [120, 4])
    #expect(file.shape("embedding") == [120, 16])
    #expect(file.shape("reconstruction") == [120, 8])
    #expect(try file.strings("class_names") == ["class_0", "class_1", "class_2", "class_3"])
    let ids = try FeatureFile(path: models.path("features.h5")).ids(.test)
    #expect(try .strings(file.strings("id")) == ids)
    let values = try file.floats("probabilities")
    let predictions = try file.integers("prediction")
    for row in 0..<120 {
      let own = values[row * 4..<row * 4 + 4]
      #expect(abs(own.reduce(0, +) - 1) < 1e-5)
      #expect(own.max() == own[row * 4 + Int(predictions[row])])
    }
  }

  @Test func topKInHDF5() throws {
    _ = try score("s.h5", ["--top-k", "2"])
    let file = try RawReader(bench.path("s.h5"))
    #expect(file.shape("top_k_index") == [120, 2])
    #expect(file.shape("top_k_probability") == [120, 2])
    #expect(file.shape("probabilities") == nil)
    #expect(file.shape("embedding") == nil)
  }

  @Test func csvInAFileAndOnStandardOutput() throws {
    _ = try score("s.csv")
    let printed = try score("-")
    #expect(try bytes(of: bench.path("s.csv")) == printed.outputBytes)
    #expect(printed.messages == "Scored 120 rows of 'test'.\n")
    let lines = printed.output.components(separatedBy: "\r\n")
    try #require(lines.count == 122)
    #expect(lines[0] == "row,id,prediction,prob_class_0,prob_class_1,prob_class_2,prob_class_3")
    let ids = try FeatureFile(path: models.path("features.h5")).ids(.test)
    guard case .strings(let names) = ids else { throw FixtureError.hdf5("identifiers") }
    #expect(
      lines[1...120].map { $0.split(separator: ",").dropFirst().first.map(String.init) } == names)
  }

  @Test func jsonLines() throws {
    _ = try score("s.jsonl", ["--top-k", "3", "--embedding", "--reconstruction"])
    let lines = try bytes(of: bench.path("s.jsonl")).split(separator: 10)
    #expect(lines.count == 120)
    for (row, line) in lines.enumerated() {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      #expect(object["row"] as? Int == row)
      #expect(object["id"] is String)
      let top = try #require(object["top_k"] as? [[String: Any]])
      let probabilities = top.compactMap { $0["probability"] as? Double }
      try #require(probabilities.count == 3)
      #expect(probabilities == probabilities.sorted(by: >))
      #expect(top[0]["class"] as? String == object["prediction"] as? String)
      #expect((object["embedding"] as? [Double])?.count == 16)
      #expect((object["reconstruction"] as? [Double])?.count == 8)
    }
  }

  @Test func topKBeyondTheClassesWritesAll() throws {
    let output = try score("-", ["--top-k", "99"]).output
    #expect(output.contains(",top4_class,top4_probability\r\n"))
  }

  @Test func otherSplits() throws {
    #expect(
      try score("-", ["--split", "train"]).messages == "Scored 300 rows of 'train'.\n")
    let missing = try bench.run([
      "score", models.path("features.h5"), "--model", models.path("plugin.marnet"),
      "--output", "s.csv", "--split", "val",
    ])
    #expect(missing.status == 65)
    #expect(missing.messages.contains("has no group '/val'"))
    #expect(bench.folder.names.isEmpty)
  }

  @Test func seedsAndDrawsChangeTheNoise() throws {
    let usual = try score("-").output
    #expect(try score("-", ["--seed", "0"]).output == usual)
    #expect(try score("-", ["--seed", "1"]).output != usual)
    #expect(try score("-", ["--draws", "5"]).output != usual)
  }

  @Test func csvHasNoRoomForEmbeddings() throws {
    let result = try bench.run([
      "score", models.path("features.h5"), "--model", models.path("plugin.marnet"),
      "--output", "s.csv", "--embedding",
    ])
    #expect(result.status == 73)
    #expect(result.messages.contains("embeddings and reconstructions need .h5 or .jsonl"))
    #expect(bench.folder.names.isEmpty)
  }
}
