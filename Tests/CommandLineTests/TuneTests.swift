// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Glibc
import MARNet
import Testing

/// `tune`: what it writes and says, and how it goes on after Ctrl-C.
@Suite struct TuneTests {
  let bench: Workbench
  private static let quick = ["tune", "f.h5"] + Workbench.smallStudy

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  @Test func writesAConfigurationThatFitTakes() throws {
    let result = try bench.run(Self.quick + ["--trials", "3"]).succeeded()
    #expect(bench.folder.names == ["f.h5", "f.tuned"])
    #expect(try bench.contents(of: "f.tuned").keys.sorted() == ["config.json", "trials.json"])
    #expect(result.output.hasPrefix("3 configurations on 60 held-out rows, the best first"))
    #expect(result.outputLines.contains { $0.hasPrefix("defaults ") })
    #expect(
      result.output.hasSuffix(
        "Written to f.tuned. Next:\n  marnet-plugin fit f.h5 --config f.tuned/config.json\n"))
    try bench.run(["fit", "f.h5", "--config", "f.tuned/config.json", "--output", "m"])
      .succeeded()
  }

  @Test func printsOneJSONDocument() throws {
    let result = try bench.run(
      Self.quick + [
        "--trials", "4", "--json", "--output", "t/", "--seed", "5",
        "--search", "training.dropout=0.1,0.4",
      ]
    ).succeeded()
    let object = try result.object()
    #expect(object["seed"] as? Int == 5)
    #expect((object["trials"] as? [Any])?.count == 4)
    #expect(try bytes(of: bench.path("t/trials.json")) == result.outputBytes)
  }

  @Test func goesOnAfterAnInterruption() throws {
    let slow =
      Self.quick + [
        "--search", "training.dropout=0.1,0.2,0.4,0.5", "--trials", "12", "--set",
        "training.minimum_epochs=300", "--threads", "1",
      ]
    let run = try RunningCommand(bench.command(slow))
    try run.wait(forMessage: "trials 9 to 12 of 12: training")
    run.send(SIGINT)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(result.messages.contains("what was finished is kept in .f.tuned.partial."))
    #expect(bench.folder.names == [".f.tuned.partial", "f.h5"])
    let resumed = try bench.run(slow).succeeded()
    #expect(!resumed.messages.contains("trials 1 "))
    #expect(bench.folder.names == ["f.h5", "f.tuned"])
  }
}
