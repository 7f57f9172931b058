// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import Testing

/// `fit --resume`: a fit that was stopped goes on, with the bytes of one that was not.
@Suite struct ResumeFitTests {
  private let bench: Workbench
  /// Some seconds of training, so that it can be stopped anywhere.
  private let settings = [
    "--epochs", "40", "--set", "training.batch_size=16", "--set", "alignment.dimension=32",
    "--set", "reconstruction.hidden_width=32", "--checkpoint-every", "1",
  ]

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5", ["--rows", "1200"])
  }

  private func start(_ output: String) throws -> RunningCommand {
    try RunningCommand(bench.command(["fit", "f.h5", "--output", output] + settings))
  }

  private func stop(_ output: String, at moment: String, by signal: Int32) throws -> CommandResult {
    let run = try start(output)
    try run.wait(forMessage: moment)
    run.send(signal)
    return try run.finish()
  }

  private func uninterrupted() throws -> [String: [UInt8]] {
    try bench.run(["fit", "f.h5", "--output", "whole"] + settings).succeeded()
    return try bench.contents(of: "whole")
  }

  @Test func byTheCommandThatWasPrinted() throws {
    let stopped = try stop("m", at: "final fit: epoch 3/", by: SIGTERM)
    #expect(stopped.status == 75)
    let command = try #require(stopped.messages.split(separator: "\n").last)
    let words = command.split(separator: " ").map(String.init)
    #expect(words.first == "marnet-plugin" && words.suffix(2) == ["--resume", "m"])
    try bench.run(Array(words.dropFirst())).succeeded()
    #expect(try bench.contents(of: "m") == uninterrupted())
    #expect(bench.folder.names == ["f.h5", "m", "whole"])
  }

  /// As `timeout` does: to the process, then to its group.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalThatComesTwice(signal: Int32) throws {
    let run = try start("m")
    try run.wait(forMessage: "final fit: epoch 3/")
    run.send(signal)
    usleep(2_000)
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(result.messages.contains("interrupted; the work so far is kept for m."))
  }

  /// Killed without a word, in three places; the configuration is that of the killed fit.
  @Test func afterAKill() throws {
    _ = try stop("m", at: "joint network, held-out test: epoch 9/", by: SIGKILL)
    for moment in ["image-only network 2 of 2, held-out test: epoch 2/", "final fit: epoch 20/"] {
      #expect(bench.folder.names == [".m.checkpoint", "f.h5"])
      let run = try RunningCommand(
        bench.command(["fit", "f.h5", "--resume", "m", "--checkpoint-every", "1"]))
      try run.wait(forMessage: moment)
      run.send(SIGKILL)
      _ = try run.finish()
    }
    try bench.run(["fit", "f.h5", "--resume", "m"]).succeeded()
    #expect(try bench.contents(of: "m") == uninterrupted())
    let again = try bench.run(["fit", "f.h5", "--resume", "m"]).succeeded()
    #expect(again.messages == "m is complete: there is nothing left to do.\n")
    #expect(again.output.isEmpty)
  }

  /// Killed between writing the model and removing what was kept.
  @Test func afterTheModelWasWritten() throws {
    _ = try stop("m", at: "final fit: epoch 3/", by: SIGKILL)
    try bench.run(["fit", "f.h5", "--output", "n"] + settings).succeeded()
    #expect(rename(bench.path("n"), bench.path("m")) == 0)
    let result = try bench.run(["fit", "f.h5", "--resume", "m"]).succeeded()
    #expect(result.messages.hasSuffix("m is complete: there is nothing left to do.\n"))
    #expect(bench.folder.names == ["f.h5", "m"])
  }

  /// Killed while it removed what was kept, or before it removed the lock of the model.
  @Test func afterTheCheckpointsWereCleared() throws {
    try bench.run(["fit", "f.h5", "--output", "m"] + Workbench.quick).succeeded()
    mkdir(bench.path(".m.checkpoint"), 0o777)
    mkdir(bench.path(".m.staging"), 0o777)
    for leftover in [".m.lock", ".m.checkpoint/lock", ".m.checkpoint/finished-final-fit.bin"] {
      #expect(fclose(fopen(bench.path(leftover), "w")) == 0)
    }
    let result = try bench.run(["fit", "f.h5", "--resume", "m"]).succeeded()
    #expect(result.messages == "m is complete: there is nothing left to do.\n")
    #expect(bench.folder.names == ["f.h5", "m"])
  }

  @Test func whatIsRefused() throws {
    try bench.run(["fit", "f.h5", "--resume", "m"])
      .refused(66, "m: there is no unfinished fit to go on with. Start one without '--resume'.")
    _ = try stop("m", at: "held-out test: epoch 3/", by: SIGKILL)
    try bench.run(["fit", "f.h5", "--output", "m"] + settings)
      .refused(73, "m: an unfinished fit is kept for it. Go on with '--resume m', or give it up")
    try bench.run(["fit", "f.h5", "--resume", "m", "--epochs", "61"])
      .refused(78, "cannot go on, since 'alignment.dimension' is 256 now and was 32.")
    try bench.run(["fit", "f.h5", "--resume", "m", "--preset", "plugin"])
      .refused(78, "cannot go on, since 'alignment.dimension' is 256 now and was 32.")
    try bench.synthesize("g.h5", ["--rows", "1100"])
    try bench.run(["fit", "g.h5", "--resume", "m"])
      .refused(65, "cannot go on, since there are 1,100 training rows, not 1,200.")
    try bench.run(["fit", "f.h5", "--resume", "m", "--output", "n"])
      .refused(64, "--output is 'n' but --resume goes on with 'm'")
    try bench.run(["fit", "f.h5", "--checkpoint-every", "sometimes"])
      .refused(64, "'sometimes' is invalid for '--checkpoint-every")
    #expect(bench.folder.names == [".m.checkpoint", "f.h5", "g.h5"])
    try bench.run(["fit", "f.h5", "--output", "m", "--overwrite"] + Workbench.quick).succeeded()
    #expect(bench.folder.names == ["f.h5", "g.h5", "m"])
  }

  /// Two runs on one output do not mix.
  @Test func twoAtOnce() throws {
    let first = try start("m")
    try first.wait(forMessage: "held-out test: epoch 2/")
    try bench.run(["fit", "f.h5", "--output", "m", "--overwrite"] + Workbench.quick)
      .refused(73, "m: cannot be written: another run is writing it.")
    try bench.run(["fit", "f.h5", "--resume", "m"])
      .refused(73, "m: cannot be written: another run is writing it.")
    first.send(SIGKILL)
    _ = try first.finish()
    try bench.run(["fit", "f.h5", "--resume", "m"]).succeeded()
    #expect(try bench.contents(of: "m") == uninterrupted())
  }
}
