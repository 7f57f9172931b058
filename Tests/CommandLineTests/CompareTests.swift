// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Glibc
import MARNet
import Testing

/// `compare`: what it writes and says, and how it goes on after Ctrl-C.
@Suite struct CompareTests {
  let bench: Workbench
  private static let fixed =
    ["compare", "f.h5", "--seeds", "2", "--trials", "1"] + Workbench.smallStudy
  private static let quick = fixed + ["--only", "ita,self-training"]

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  @Test func writesAReportNamedAfterTheFile() throws {
    let result = try bench.run(Self.quick).succeeded()
    #expect(bench.folder.names == ["f.compare.json", "f.h5"])
    #expect(result.outputLines.first?.hasPrefix("f.h5: 300 training rows (300 labelled") == true)
    #expect(result.output.contains("\nMethods (MARNet's Table 1):\n"))
    #expect(result.output.contains("self-training, images only  not run"))
    #expect(result.output.contains("\n  self-training, images only: every row has a label.\n"))
    #expect(result.output.hasSuffix("Report written to f.compare.json.\n"))
    #expect(result.messages.contains("seed 2 of 2: training"))
    let table = result.outputLines.filter { $0.hasPrefix("probe (x_v)") || $0.contains("top-1 %") }
    #expect(Set(table.map(\.count)).count <= 2, "columns stand below each other: \(table)")
  }

  @Test(arguments: [["--json"], ["--format", "json"]])
  func printsOneJSONDocument(format: [String]) throws {
    let result = try bench.run(Self.quick + format + ["--output", "r"]).succeeded()
    let object = try result.object()
    #expect(object["seeds"] as? [Int] == [0, 1])
    #expect(object["data_fingerprint"] is String)
    #expect(try bytes(of: bench.path("r")) == result.outputBytes)
  }

  @Test func printsCSV() throws {
    let result = try bench.run(Self.quick + ["--format", "csv", "--test-noise", "0.5, 1"])
      .succeeded()
    #expect(result.outputLines.count == 1 + 3 * 3)
    #expect(result.outputLines[0].hasPrefix("table,id,title,test_noise,seeds,top1"))
    #expect(
      result.outputLines.last?.hasPrefix(
        "baselines,self-training,\"self-training, images only\",1.0,0,,") == true)
  }

  @Test func printsMarkdown() throws {
    let result = try bench.run(Self.quick + ["--format", "markdown"]).succeeded()
    #expect(result.output.contains("**Baselines**\n\n|  | top-1 % | ± se | gain |"))
    #expect(result.output.contains("\n| --- | ---: |"))
    #expect(!result.output.contains("Report written"))
  }

  /// Every contender, in a regime.
  @Test func everythingAtOnce() throws {
    let regime = [
      "--label-fraction", "0.4", "--text-fraction", "0.8", "--imbalance", "2", "--threads", "2",
    ]
    let result = try bench.run(Self.fixed + regime + ["--json", "--seed", "3"]).succeeded()
    let object = try result.object()
    #expect(object["seeds"] as? [Int] == [3, 4])
    let levels = try #require(object["levels"] as? [[String: Any]])
    let rows = try #require(levels.first?["rows"] as? [[String: Any]])
    #expect(rows.count == 29)
    #expect(rows.allSatisfy { $0["seeds"] as? Int == 2 }, "\(rows.map { $0["notes"] ?? "" })")
    #expect((object["labelled_rows"] as? Int ?? 300) < 130)
  }

  /// Training takes long only where it is to be interrupted: nothing but the number of
  /// updates that the test waits for decides when that is.
  @Test(arguments: [SIGINT, SIGTERM]) func goesOnAfterAnInterruption(signal: Int32) throws {
    // Not to end before the signal comes.
    let slow = Self.quick + ["--set", "training.minimum_epochs=300", "--threads", "1", "--json"]
    let run = try RunningCommand(bench.command(slow))
    try run.wait(forMessage: "seed 2 of 2: training")
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(
      result.messages.hasSuffix(
        "error: interrupted; what was finished is kept in .f.compare.json.partial. The same "
          + "command goes on from there.\n"))
    #expect(result.output.isEmpty)
    #expect(bench.folder.names == [".f.compare.json.partial", "f.h5"])
    let other = try bench.run(slow + ["--label-fraction", "0.5"])
    #expect(other.status == 78)
    #expect(other.messages.contains("holds an interrupted run that differs in the regime."))
    let resumed = try bench.run(slow).succeeded()
    #expect(!resumed.messages.contains("seed 1 of 2"))
    #expect(bench.folder.names == ["f.compare.json", "f.h5"])
  }
}
