// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation

/// Runs the cases of one parser in worker processes, and starts another where one ended.
struct FuzzRun {
  let subject: Subject
  let seed: UInt64
  /// Where inputs that show a bug are kept, each with what happened.
  let keep: String?

  /// Seconds that a case may take.
  private static let patience = 5.0
  /// Seconds that a command may take whose child process has 4 s of processor time, on a machine
  /// that is busy with much else.
  private static let childPatience = 120.0
  /// A worker's memory grows with what libraries keep: after so many cases another takes over.
  private static let casesOfAWorker = 4_000

  /// Where cases are run: in memory where the system has such a folder, since outputs are flushed to
  /// the disk, which takes longer than all else.
  private static let parent = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"

  private static let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
  private static let program = URL(fileURLWithPath: executable).deletingLastPathComponent()
    .appendingPathComponent("marnet-plugin").path

  /// Runs the cases from `first` on until `count` are done or the time is up.
  func run(first: Int, count: Int, until deadline: ContinuousClock.Instant?) throws -> FuzzTally {
    let (corpus, place) = (try TemporaryFolder(), try TemporaryFolder(in: Self.parent))
    try subject.makeCorpus(corpus, place)
    let inputs = try Self.inputs(in: corpus.path)
    var tally = FuzzTally(parser: subject.name)
    var next = first
    while next < first + count, deadline.map({ .now < $0 }) ?? true {
      let end = min(first + count, next + Self.casesOfAWorker)
      next = try follow(next..<end, inputs, corpus, place, deadline, &tally)
    }
    return tally
  }

  /// The inputs of a corpus, in the order of their names.
  static func inputs(in folder: String) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .map { try bytes(of: "\(folder)/\($0)") }
  }

  /// Follows one worker; returns the case with which the next one begins.
  private func follow(
    _ cases: Range<Int>, _ inputs: [[UInt8]], _ corpus: TemporaryFolder,
    _ place: TemporaryFolder, _ deadline: ContinuousClock.Instant?, _ tally: inout FuzzTally
  ) throws -> Int {
    let worker = try ChildProcess(
      Self.executable,
      [
        "--worker", place.path, "--corpus", corpus.path, "--parser", subject.name,
        "--seed", "\(seed)", "--first", "\(cases.lowerBound)", "--cases", "\(cases.count)",
      ], folder: place.path)
    var current: Int?
    var done = cases.lowerBound
    // The first case waits for the program to start.
    var patience = 60.0
    var hangs = false
    while true {
      if let deadline, .now > deadline, current == nil {
        worker.stop(SIGKILL)
        _ = worker.wait()
        return done
      }
      switch worker.next(within: patience) {
      case .line(let line):
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "begin": current = words.dropFirst().first.flatMap { Int($0) }
        case "accepted": tally.accepted += 1
        case "rejected": tally.rejected[Int(words.last ?? "") ?? -1, default: 0] += 1
        default: try find(line, current ?? done, inputs, &tally)
        }
        patience = Self.patience
        if words.first != "begin" {
          done = (current ?? done) + 1
          current = nil
        }
      case .silent:
        // Its stack tells where it hangs.
        worker.stop(SIGABRT)
        patience = 20
        hangs = true
      case .ended:
        let status = worker.wait()
        guard let current else {
          guard status == 0 else { throw FixtureError.system("a worker ended: \(worker.messages)") }
          return done
        }
        let what =
          hangs ? "takes more than \(Self.patience) s" : "crashes with signal \(status & 0x7F)"
        try failed(current, what, worker.messages, inputs, place, &tally)
        return current + 1
      }
    }
  }

  private func failed(
    _ number: Int, _ what: String, _ messages: String, _ inputs: [[UInt8]],
    _ place: TemporaryFolder, _ tally: inout FuzzTally
  ) throws {
    if let command = subject.containing, CrashReport.isInHDF5(messages),
      try isContained(by: command, number, inputs, place)
    {
      tally.contained += 1
      return
    }
    try find("\(what)\n\(messages)", number, inputs, &tally)
  }

  /// Whether `command` says something sensible of the input in time.
  private func isContained(
    by command: [String], _ number: Int, _ inputs: [[UInt8]], _ place: TemporaryFolder
  ) throws -> Bool {
    let path = place.file("contained.h5")
    try write(Mutation(of: subject, corpus: inputs, seed: seed, number: number).bytes, to: path)
    let child = try ChildProcess(Self.program, command + [path], folder: place.path)
    while true {
      switch child.next(within: Self.childPatience) {
      case .line: continue
      case .silent:
        child.stop(SIGKILL)
        _ = child.wait()
        return false
      case .ended:
        let status = child.wait()
        let exit = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        return exit == 0 || [65, 74].contains(exit) && child.messages.contains("error: ")
      }
    }
  }

  private func find(
    _ what: String, _ number: Int, _ inputs: [[UInt8]], _ tally: inout FuzzTally
  ) throws {
    tally.findings.append(FuzzTally.Finding(number: number, what: what))
    guard let keep else { return }
    try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true)
    let name = "\(keep)/\(subject.name)-\(seed)-\(number)"
    try write(Mutation(of: subject, corpus: inputs, seed: seed, number: number).bytes, to: name)
    try write(Array("\(subject.fileName): \(what)\n".utf8), to: "\(name).txt")
  }
}
