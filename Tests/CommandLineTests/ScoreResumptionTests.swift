// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import Testing

/// `score --resume`: a run that was cut off goes on, and the file is the same.
@Suite struct ScoreResumptionTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  private static let kinds: [(name: String, options: [String])] = [
    ("s.h5", []), ("k.h5", ["--top-k", "2", "--embedding", "--reconstruction"]),
    ("s.csv", ["--top-k", "1"]), ("s.jsonl", []),
  ]

  /// The bytes of a run that nobody disturbs.
  private func whole(_ name: String, _ options: [String]) throws -> [UInt8] {
    try bench.run(bench.scoring("whole." + name, options + ScoreBench.slow)).succeeded()
    return try bytes(of: bench.path("whole." + name))
  }

  /// Killed at random moments, again and again until it is done: never a partial output, and
  /// the same bytes in the end.
  @Test(arguments: 0..<kinds.count)
  func killedAtRandomMoments(kind: Int) throws {
    let (name, options) = Self.kinds[kind]
    let expected = try whole(name, options)
    for attempt in 0..<4 {
      let run = try RunningCommand(
        bench.command(
          bench.scoring(name, options + ScoreBench.slow + (attempt == 0 ? [] : ["--resume"]))))
      usleep(UInt32.random(in: 50_000...600_000))
      run.send(SIGKILL)
      let result = try run.finish()
      if result.status == 0 { break }
      #expect(result.status == 128 + SIGKILL)
      #expect(!bench.folder.names.contains(name))
    }
    let last = try bench.run(bench.scoring(name, options + ["--draws", "24", "--resume"]))
      .succeeded()
    #expect(try bytes(of: bench.path(name)) == expected, "\(last.messages)")
    #expect(bench.folder.names == [name, "whole." + name].sorted())
  }

  /// SIGTERM after the first block: exit status 75, and the command that is printed goes on.
  @Test(arguments: [SIGINT, SIGTERM], 0..<kinds.count)
  func interrupted(signal: Int32, kind: Int) throws {
    let (name, options) = Self.kinds[kind]
    let run = try RunningCommand(
      bench.command(bench.scoring(name, options + ScoreBench.slow), onTerminal: true))
    try run.wait(forMessage: "scoring 5,000 of")
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(result.messages.contains("interrupted; "))
    #expect(result.messages.contains("of 60,000 rows are kept beside \(name). Go on with:"))
    #expect(bench.folder.names == [".\(name).partial", ".\(name).progress"])

    let lines = result.messages.split(whereSeparator: \.isNewline)
    let command = try #require(lines.last).split(separator: " ").map(String.init)
    #expect(command.first == "marnet-plugin" && command.last == "--resume")
    let second = try bench.run(Array(command.dropFirst())).succeeded()
    let words = second.messages.split(separator: " ")
    #expect(words.starts(with: ["Going", "on", "after"]))
    #expect(try #require(Int(words[3].replacing(",", with: ""))) >= 5_000)
    #expect(bench.folder.names == [name])
    #expect(try bytes(of: bench.path(name)) == whole(name, options))
  }

  @Test func aRunThatWasNotCutOff() throws {
    let first = try bench.run(bench.scoring("s.h5", ["--resume"])).succeeded()
    #expect(
      first.messages == "Nothing to resume: scoring from the beginning.\n"
        + "Scored 60,000 rows of 'test' into s.h5.\n")
    let before = try bytes(of: bench.path("s.h5"))
    let second = try bench.run(bench.scoring("s.h5", ["--resume"])).succeeded()
    #expect(second.messages == "s.h5 is complete already: 60,000 rows of 'test'.\n")
    let other = try bench.run(bench.scoring("s.h5", ["--resume", "--seed", "9"]))
    #expect(other.status == 73)
    #expect(
      other.messages == "error: s.h5: already exists, and holds other scores: 'seed' is 9 here "
        + "and 0 there. Choose another '--output', or replace it with '--overwrite'.\n")
    #expect(try bytes(of: bench.path("s.h5")) == before)
    #expect(bench.folder.names == ["s.h5"])
  }

  /// Leaves an unfinished `name`.
  private func cutOff(_ name: String, _ options: [String] = []) throws {
    let run = try RunningCommand(
      bench.command(bench.scoring(name, options + ScoreBench.slow), onTerminal: true))
    try run.wait(forMessage: "scoring 5,000 of")
    run.send(SIGTERM)
    #expect(try run.finish().status == 75)
  }

  /// What differs is named, and the unfinished file stays.
  @Test(arguments: [
    (["--seed", "7"], "'seed' is 7 here and 0 there"),
    (["--draws", "3"], "'draws' is 3 here and 24 there"),
    (["--split", "train"], "'features' is"),
    (["--top-k", "3"], "'top-k' is 3 here and nothing there"),
    (["--format", "jsonl"], "'format' is jsonl here and csv there"),
    (["--precision", "float32"], "'precision' is float32 here and bfloat16 there"),
  ])
  func otherScores(options: [String], difference: String) throws {
    try cutOff("s.csv", options.first == "--precision" ? ["--precision", "bfloat16"] : [])
    let before = bench.folder.names
    let slow = options.first == "--draws" ? [] : ["--draws", "24"]
    let result = try bench.run(bench.scoring("s.csv", ["--resume"] + slow + options))
    #expect(result.status == 65)
    #expect(
      result.messages.contains("s.csv: the unfinished file beside it holds other scores: "))
    #expect(result.messages.contains(difference), "\(result.messages)")
    #expect(result.messages.hasSuffix("leave '--resume' out to begin anew.\n"))
    #expect(bench.folder.names == before)
  }

  @Test func anotherModelOrOtherFeatures() throws {
    try cutOff("s.h5")
    let shared = try ScoreBench.shared.get()
    try bench.fit(shared.path("f.h5"), output: "other", ["--seed", "5"])
    try bench.synthesize("g.h5", ["--test-rows", "60000", "--visual-width", "8", "--seed", "3"])
    func messages(_ features: String, _ model: String) throws -> String {
      let result = try bench.run([
        "score", features, "--model", model, "--output", "s.h5", "--draws", "24", "--resume",
        "--seed", "0",
      ])
      #expect(result.status == 65)
      return result.messages
    }
    #expect(try messages(shared.path("f.h5"), "other").contains("'model' is "))
    #expect(try messages("g.h5", shared.path("m")).contains("'features' is "))
  }

  @Test func withoutResumeItBeginsAnew() throws {
    try cutOff("s.h5")
    let result = try bench.run(bench.scoring("s.h5")).succeeded()
    #expect(result.messages == "Scored 60,000 rows of 'test' into s.h5.\n")
    #expect(bench.folder.names == ["s.h5"])
  }

  /// The file beside the output was cut, or its note is not ours.
  @Test(arguments: ["s.h5", "s.csv"])
  func aDamagedPart(name: String) throws {
    try cutOff(name)
    let note = try bytes(of: bench.path(".\(name).progress"))
    #expect(truncate(bench.path(".\(name).partial"), 900) == 0)
    let result = try bench.run(bench.scoring(name, ["--resume", "--draws", "24"]))
    #expect(result.status == 65)
    #expect(result.messages.contains("the unfinished file beside it is not as it was left"))
    try write(Array(note.dropLast(4)), to: bench.path(".\(name).progress"))
    let second = try bench.run(bench.scoring(name, ["--resume"])).succeeded()
    #expect(second.messages.hasPrefix("Nothing to resume"))
  }

  /// The second of two runs on one output is told so, and harms nothing.
  @Test func twoRunsAtOnce() throws {
    let run = try RunningCommand(
      bench.command(bench.scoring("s.h5", ScoreBench.slow), onTerminal: true))
    try run.wait(forMessage: "scoring 2,000 of")
    do {
      // It may not end before the others have seen it.
      run.send(SIGSTOP)
      defer { run.send(SIGCONT) }
      for options in [[], ["--resume"], ["--overwrite"]] {
        let second = try bench.run(bench.scoring("s.h5", options))
        #expect(second.status == 73)
        #expect(second.messages.contains("s.h5: cannot be written: another run is writing it."))
      }
    }
    #expect(try run.finish().status == 0)
    #expect(bench.folder.names == ["s.h5"])
    #expect(try bytes(of: bench.path("s.h5")) == whole("s.h5", []))
  }

  /// A disk that is full: what was noted stays, and room lets it go on.
  @Test(arguments: ["s.csv", "s.h5"])
  func aFullDisk(name: String) throws {
    let expected = try whole(name, [])
    var command = try bench.command(bench.scoring(name, ScoreBench.slow))
    command.largestFile = expected.count / 2
    let result = try command.run()
    #expect(result.status == 73)
    #expect(result.messages.contains("cannot be written: File too large"), "\(result.messages)")
    #expect(!bench.folder.names.contains(name))
    if name == "s.csv" {
      #expect(result.messages.contains("rows are kept beside s.csv. Go on with:"))
    }
    try bench.run(bench.scoring(name, ["--resume", "--draws", "24"])).succeeded()
    #expect(try bytes(of: bench.path(name)) == expected)
  }

  @Test(arguments: ["s.h5", "s.csv", "s.jsonl"])
  func whatIsThereStaysUnlessTold(name: String) throws {
    try write(Array("old".utf8), to: bench.path(name))
    let result = try bench.run(bench.scoring(name))
    #expect(result.status == 73)
    #expect(
      result.messages == "error: \(name): already exists. Choose another '--output', or replace "
        + "it with '--overwrite'.\n")
    #expect(try bytes(of: bench.path(name)) == Array("old".utf8))
    try bench.run(bench.scoring(name, ["--overwrite"])).succeeded()
    #expect(try bytes(of: bench.path(name)).count > 1_000)
    #expect(bench.folder.names == [name])
  }

  @Test func streamsAreNeverInTheWay() throws {
    try bench.run(bench.scoring("/dev/null", ["--format", "csv"])).succeeded()
    let resumed = try bench.run(bench.scoring("-", ["--resume"]))
    #expect(resumed.status == 64)
    let device = try bench.run(bench.scoring("/dev/null", ["--format", "csv", "--resume"]))
    #expect(device.status == 78)
  }
}
