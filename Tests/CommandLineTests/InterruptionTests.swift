// SPDX-License-Identifier: Apache-2.0

import Glibc
import MARNet
import Testing

/// Ctrl-C and SIGTERM during a fit: a clean stop and exit status 75.
@Suite struct InterruptionTests {
  private static let long = [
    "--epochs", "100000", "--set", "reconstruction.hidden_width=64", "--threads", "1",
  ]

  @Test(arguments: [SIGINT, SIGTERM], ["linear prefit", "epoch 2/"])
  func duringAFit(signal: Int32, moment: String) throws {
    let bench = try Workbench()
    try bench.synthesize("f.h5")
    let run = try RunningCommand(bench.command(["fit", "f.h5"] + Self.long))
    try run.wait(forMessage: moment)
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(
      result.messages.hasSuffix(
        "error: interrupted; the work so far is kept for f.marnet. Go on with:\n"
          + "  marnet-plugin fit f.h5 \(Self.long.joined(separator: " ")) --resume f.marnet\n"))
    #expect(result.output.isEmpty)
    #expect(bench.folder.names == [".f.marnet.checkpoint", "f.h5"])
  }

  @Test func duringAFitThatReplacesAModel() throws {
    let bench = try Workbench()
    try bench.synthesize("f.h5")
    try bench.fit("f.h5", output: "m")
    let before = try bench.contents(of: "m")
    let run = try RunningCommand(
      bench.command(["fit", "f.h5", "--output", "m", "--overwrite"] + Self.long))
    try run.wait(forMessage: "epoch 2/")
    run.send(SIGINT)
    #expect(try run.finish().status == 75)
    #expect(bench.folder.names == [".m.checkpoint", "f.h5", "m"])
    #expect(try bench.contents(of: "m") == before)
    // To go on is not yet to replace.
    try bench.run(["fit", "f.h5", "--resume", "m"])
      .refused(73, "m: already exists. Choose another '--output', or replace it with '--overwrite'")
    #expect(try bench.contents(of: "m") == before)
  }
}
