// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNet
import Testing

/// `convert`, and text of other files, from end to end.
@Suite struct ConvertTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// Writes `whole.h5` with text for most rows, `f.h5` without any, and `t.h5` with the texts in
  /// another order.
  private func writeParts() throws {
    try bench.synthesize("all.h5")
    try EditedFile.copy(bench.path("all.h5"), to: bench.path("whole.h5")) { file in
      file.rows[.train]?.textMask = (0..<300).map { $0 % 6 != 1 }
      file.rows[.test]?.text = nil
    }
    try EditedFile.copy(bench.path("all.h5"), to: bench.path("f.h5")) { file in
      for split in [Split.train, .test] { file.rows[split]?.text = nil }
    }
    let train = try #require(try EditedFile(bench.path("all.h5")).rows[.train])
    let order = (0..<300).map { ($0 * 77 + 5) % 300 }.filter { $0 % 6 != 1 }
    guard case .strings(let ids)? = train.ids, let text = train.text else { return }
    try RawFile(bench.path("t.h5")).floats(
      "caption", [order.count, 8], text.rows(at: order).values
    )
    .strings("key", order.map { ids[$0] })
  }

  private let join = ["--text", "t.h5", "--text-key", "caption", "--join", "key", "--id-key", "id"]

  @Test func joinedAndConvertedFilesFitTheSameModel() throws {
    try writeParts()
    try bench.fit("whole.h5", output: "whole.marnet")
    let joined = try bench.fit("f.h5", output: "joined.marnet", join)
    #expect(joined.messages.contains("50 of 300 rows of 'train' found no text.\n"))
    // What comes next reads no text.
    #expect(
      joined.output.contains("marnet-plugin evaluate f.h5 --id-key id --model joined.marnet\n"))
    let written = try bench.run(["convert", "f.h5", "--output", "c.h5"] + join).succeeded()
    #expect(
      written.output == """
        split  rows      visual       text  without text  unlabelled
        train   300  24 float32  8 float32            50           0
        test    120  24 float32       none                         0
        Note: 50 of 300 rows of 'train' found no text.

        Features written to c.h5. Next:
          marnet-plugin fit c.h5

        """)
    try bench.fit("c.h5", output: "converted.marnet")
    let weights = try bench.contents(of: "whole.marnet")["model.safetensors"]
    #expect(try bench.contents(of: "joined.marnet")["model.safetensors"] == weights)
    #expect(try bench.contents(of: "converted.marnet")["model.safetensors"] == weights)
    let inspected = try bench.run(["inspect", "f.h5"] + join).succeeded()
    #expect(inspected.output.contains("50 without text"))
    #expect(inspected.outputLines.last == "'fit' accepts this file.")
  }

  @Test func compareAndTuneTakeTextFromOtherFiles() throws {
    try writeParts()
    let compared = try bench.run(
      ["compare", "f.h5", "--seeds", "1", "--only", "probe,plugin"] + Workbench.smallStudy + join)
    #expect(compared.status == 0, "\(compared.messages)")
    let tuned = try bench.run(
      ["tune", "f.h5", "--trials", "2", "--output", "t"] + Workbench.smallStudy + join)
    #expect(tuned.status == 0, "\(tuned.messages)")
    #expect(tuned.output.contains("--text t.h5 --join key --config t/config.json"))
  }

  @Test func textArgumentsThatDoNotGoTogether() throws {
    for (arguments, said) in [
      (["--text", "t.h5"], "--text needs the dataset of identifiers"),
      (["--join", "id"], "--join needs a file that holds the text: --text FILE."),
      (["--replace-text"], "--replace-text needs a file that holds the text: --text FILE."),
    ] {
      let result = try bench.run(["fit", "f.h5"] + arguments)
      #expect(result.status == 64)
      #expect(result.messages.contains(said))
    }
    #expect(try bench.run(["score", "f.h5", "--text", "t.h5"]).status == 64)
    #expect(try bench.run(["convert", "f.h5", "--output", "o.h5", "--gzip", "10"]).status == 64)
  }

  @Test func whatIsThereStays() throws {
    try bench.synthesize("f.h5")
    try bench.synthesize("o.h5")
    let before = try bytes(of: bench.path("o.h5"))
    let refused = try bench.run(["convert", "f.h5", "--output", "o.h5"])
    #expect(refused.status == 73)
    #expect(try bytes(of: bench.path("o.h5")) == before)
    try bench.run(["convert", "f.h5", "--output", "o.h5", "--overwrite", "--dtype", "float16"])
      .succeeded()
    #expect(try FeatureFile(path: bench.path("o.h5")).description(of: .test).visualType == .float16)
    #expect(try bench.run(["convert", "f.h5", "--output", "f.h5", "--overwrite"]).status == 73)
  }

  @Test func oneGroupPerItem() throws {
    try bench.synthesize("all.h5", ["--test-rows", "0"])
    let train = try #require(try EditedFile(bench.path("all.h5")).rows[.train])
    do {
      let file = try RawFile(bench.path("items.h5"))
      for row in 0..<300 {
        let name = "\(1000 + row)"
        file.group(name)
        try file.floats("\(name)/features", [24], train.visual.row(row))
        try file.floats("\(name)/text", [8], try #require(train.text).row(row))
        try file.integers("\(name)/label", [Int64(try #require(train.labels)[row])], shape: [])
      }
    }
    let refused = try bench.run(["fit", "items.h5"])
    #expect(refused.status == 65)
    let command = "marnet-plugin convert items.h5 --visual-key features --output converted.h5"
    #expect(refused.messages.hasSuffix(": \(command)\n"))
    try bench.run(command.split(separator: " ").dropFirst().map(String.init)).succeeded()
    try bench.fit("converted.h5", output: "c")
    try bench.fit("all.h5", output: "a")
    #expect(
      try bench.contents(of: "c")["model.safetensors"]
        == bench.contents(of: "a")["model.safetensors"])
    let json = try bench.run(
      ["convert", "items.h5", "--visual-key", "features", "--output", "o.h5", "--json"]
    ).succeeded().object()
    #expect((json["splits"] as? [[String: Any]])?.first?["row_count"] as? Int == 300)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try bench.synthesize("f.h5", ["--rows", "400000", "--visual-width", "64"])
    let run = try RunningCommand(
      bench.command(["convert", "f.h5", "--output", "o.h5", "--gzip", "9"], onTerminal: true))
    try run.wait(forMessage: "converting ")
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(result.messages.contains("interrupted; nothing was written."))
    #expect(bench.folder.names == ["f.h5"])
  }
}
