// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Glibc
import Testing

/// `fit --tensorboard`: where the files lie and what they change; `.ci/check-tensorboard` reads
/// them with TensorBoard's own reader.
@Suite struct TensorBoardTests {
  private let bench: Workbench
  private static let runs = [
    "image-only-network-1-of-2-held-out-test", "image-only-network-2-of-2-held-out-test",
    "joint-network-final-fit", "joint-network-held-out-test", "model",
  ]

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  private func files(of run: String, in folder: String = "logs/a") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.path("\(folder)/\(run)")).sorted()
  }

  @Test func oneRunANetworkAndTheSameModel() throws {
    try bench.fit("f.h5", output: "m", ["--tensorboard", "logs/a"])
    try bench.fit("f.h5", output: "plain")
    #expect(try bench.contents(of: "m") == bench.contents(of: "plain"))
    let folders = try FileManager.default.contentsOfDirectory(atPath: bench.path("logs/a"))
    #expect(folders.sorted() == Self.runs)
    for run in Self.runs {
      let names = try files(of: run)
      #expect(names.count == 1)
      #expect(
        try names.allSatisfy { name in
          try #/events\.out\.tfevents\.\d{10}\.[^/]+\.\d+/#.wholeMatch(in: name) != nil
        })
    }
  }

  /// A second fit adds files that are read after the first one's, however soon it comes.
  @Test func anotherFitAddsFiles() throws {
    for _ in 0..<3 {
      try bench.fit("f.h5", output: "m", ["--tensorboard", "logs/a", "--overwrite"])
    }
    for run in Self.runs {
      let seconds = try files(of: run).map { $0.split(separator: ".")[3] }
      #expect(seconds.count == 3 && Set(seconds).count == 3)
    }
  }

  @Test func itGrowsWithEveryEpoch() throws {
    let run = try RunningCommand(
      bench.command(["fit", "f.h5", "--epochs", "100000", "--tensorboard", "logs/a"]))
    try run.wait(forMessage: "epoch 3/")
    let name = try #require(try files(of: "joint-network-held-out-test").first)
    let path = bench.path("logs/a/joint-network-held-out-test/\(name)")
    let first = try bytes(of: path).count
    #expect(first > 300)
    try run.wait(forMessage: "epoch 30/")
    #expect(try bytes(of: path).count > first)
    run.send(SIGKILL)
    _ = try run.finish()
  }

  @Test(arguments: ["f.h5/logs", "/proc/logs", "file"])
  func whereNothingCanBeWrittenNothingIsBegun(directory: String) throws {
    try write([], to: bench.path("file"))
    let result = try bench.run(["fit", "f.h5", "--output", "m", "--tensorboard", directory])
    result.refused(73, "error: \(directory)/model: cannot be written")
    #expect(!result.messages.contains("linear prefit"))
    #expect(bench.folder.names == ["f.h5", "file"])
  }

  @Test func anEmptyNameIsRefused() throws {
    try bench.run(["fit", "f.h5", "--tensorboard", ""])
      .refused(64, "--tensorboard needs the name of a directory.")
  }

  /// A log that cannot grow is worth no model.
  @Test func aLogThatEndsDoesNotEndTheFit() throws {
    try FileManager.default.createDirectory(
      atPath: bench.path("logs"), withIntermediateDirectories: false)
    try write([], to: bench.path("logs/joint-network-final-fit"))
    let result = try bench.fit("f.h5", output: "m", ["--tensorboard", "logs"])
    let notes = result.messages.split(separator: "\n").filter { $0.hasPrefix("Note: the log") }
    #expect(notes.count == 1)
    #expect(
      notes.first?.hasPrefix(
        "Note: the log for TensorBoard ends here, the fit goes on: "
          + "logs/joint-network-final-fit: cannot be written") == true, "\(notes)")
    try bench.fit("f.h5", output: "plain")
    #expect(try bench.contents(of: "m") == bench.contents(of: "plain"))
  }
}
