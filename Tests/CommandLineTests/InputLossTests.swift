// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import Testing

/// The features go away while a run reads them.
@Suite struct InputLossTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.synthesize(
      "f.h5",
      ["--rows", "100000", "--visual-width", "96", "--test-rows", "100000", "--labelled", "0.02"])
  }

  private let fit = [
    "fit", "f.h5", "--output", "m", "--epochs", "20", "--set", "training.shuffle_rows=2000",
    "--set", "reconstruction.hidden_width=32", "--checkpoint-every", "1",
  ]

  private func cut() throws {
    var status = stat()
    #expect(stat(bench.path("f.h5"), &status) == 0)
    #expect(truncate(bench.path("f.h5"), status.st_size / 8) == 0)
  }

  /// A fit that streams says so and keeps what it had; one in memory does not notice.
  @Test func cutDuringAFit() throws {
    let first = try RunningCommand(bench.command(fit))
    try first.wait(forMessage: "features in memory")
    first.send(SIGKILL)
    let plan = try first.finish().messages
    let need = try #require(plan.firstMatch(of: #/up to (\d+) MiB/#).flatMap { Int($0.1) })
    let run = try RunningCommand(
      bench.command(fit + ["--overwrite", "--memory", "\(need - 10)M"]))
    try run.wait(forMessage: "epoch 2/")
    try cut()
    let result = try run.finish()
    #expect(result.messages.contains("features are read from the file while training"))
    result.refused(74, " f.h5: was changed while it was read.")
    #expect(bench.folder.names == [".m.checkpoint", "f.h5"])
  }

  @Test func cutDuringScoring() throws {
    try bench.synthesize("small.h5", ["--visual-width", "96"])
    try bench.fit("small.h5", output: "m")
    let run = try RunningCommand(
      bench.command(
        ["score", "f.h5", "--model", "m", "--output", "s.csv", "--draws", "20"],
        onTerminal: true))
    try run.wait(forMessage: "scoring 8,192 of")
    try cut()
    let result = try run.finish()
    result.refused(74, " f.h5: was changed while it was read.")
    #expect(!bench.folder.names.contains("s.csv"))
  }

  /// A file that is only unlinked stays readable to who has it open.
  @Test func unlinkedDuringScoring() throws {
    try bench.synthesize("small.h5", ["--visual-width", "96"])
    try bench.fit("small.h5", output: "m")
    let run = try RunningCommand(
      bench.command(
        ["score", "f.h5", "--model", "m", "--output", "s.csv"], onTerminal: true))
    try run.wait(forMessage: "scoring 8,192 of")
    #expect(unlink(bench.path("f.h5")) == 0)
    try run.finish().succeeded()
    #expect(bench.folder.names == ["m", "s.csv", "small.h5"])
  }

  /// Where nothing can be written, nothing is begun.
  @Test(arguments: ["/proc/m", "f.h5/m", "none/m"]) func aFolderThatCannotBeWritten(output: String)
    throws
  {
    let result = try bench.run(["fit", "f.h5", "--output", output])
    result.refused(73, "cannot be written")
    #expect(!result.messages.contains("linear prefit"))
  }
}
