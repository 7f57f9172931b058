// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Glibc
import Testing

/// `--log-format jsonl`: every line on standard error is one JSON object.
@Suite struct LogFormatTests {
  private let bench: Workbench
  private static let jsonl = ["--log-format", "jsonl"]

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  /// The events of a run; a line that is no object with a kind and a time is recorded.
  private func events(
    _ result: CommandResult, location: SourceLocation = #_sourceLocation
  ) throws -> [[String: Any]] {
    #expect(result.messages.hasSuffix("\n"), sourceLocation: location)
    #expect(!result.messages.contains("\u{1B}"), sourceLocation: location)
    return try result.messages.split(separator: "\n").map { line in
      let parsed = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let event = try #require(parsed, "\(line)", sourceLocation: location)
      let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#
      #expect(
        (event["time"] as? String)?.wholeMatch(of: time) != nil, "\(line)",
        sourceLocation: location)
      #expect(event["event"] is String, "\(line)", sourceLocation: location)
      return event
    }
  }

  private func kinds(_ events: [[String: Any]]) -> [String] {
    events.compactMap { $0["event"] as? String }
  }

  @Test(arguments: [false, true]) func aFit(onTerminal: Bool) throws {
    let result = try bench.run(
      ["fit", "f.h5", "--output", "m", "--json"] + Workbench.quick + Self.jsonl,
      environment: ["TERM": "xterm"], onTerminal: onTerminal)
    try result.succeeded()
    let events = try events(
      CommandResult(
        status: 0, outputBytes: [], messageBytes: result.messageBytes.filter { $0 != 13 }))
    _ = try result.object()
    let stages = events.filter { $0["event"] as? String == "stage" }
    #expect(stages.compactMap { $0["stage_index"] as? Int } == Array(1...6))
    #expect(stages.allSatisfy { $0["stage_count"] as? Int == 6 })
    // A stage ends before the next begins.
    let order = kinds(events).filter { $0.hasPrefix("stage") }
    #expect(order == (0..<6).flatMap { _ in ["stage", "stage_done"] })
    #expect(kinds(events).first == "note" && kinds(events).last == "done")

    // Epochs are those of metrics.jsonl, to the last digit.
    let epochs = events.filter { $0["event"] as? String == "epoch" }
    let records = String(decoding: try bytes(of: bench.path("m/metrics.jsonl")), as: UTF8.self)
      .split(separator: "\n")
    try #require(epochs.count == records.count)
    for (event, line) in zip(epochs, records) {
      let record = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for key in ["stage", "epoch", "step", "learning_rate"] {
        #expect(event[key] as? NSObject == record[key] as? NSObject, "\(key): \(line)")
      }
      #expect((event["validation_top1"] as? Double) == record["validation_top1"] as? Double)
      let losses = try #require(event["losses"] as? [String: Double])
      let terms = record.filter { $0.key.contains("loss") || $0.key.contains("entropy") }
        .merging(record.filter { $0.key == "reconstruction_error" }) { first, _ in first }
      #expect(losses == terms as? [String: Double])
      for key in ["rows_per_second", "seconds_left", "fit_seconds_left", "elapsed"] {
        #expect(try #require(event[key] as? Double) >= 0, "\(key)")
      }
    }
  }

  @Test func notesAndWarnings() throws {
    try bench.synthesize("few.h5", ["--rows", "40"])
    let result = try bench.run(
      ["fit", "few.h5", "--output", "few"] + Workbench.quick + Self.jsonl
    ).succeeded()
    let warnings = try events(result).filter { $0["event"] as? String == "warning" }
    let messages = warnings.compactMap { $0["message"] as? String }
    #expect(messages.contains { $0.contains("could be held out") }, "\(result.messages)")
    let again = try bench.run(["fit", "few.h5", "--resume", "few"] + Self.jsonl).succeeded()
    #expect(kinds(try events(again)) == ["note", "done"])
  }

  @Test(arguments: [SIGINT, SIGTERM]) func interrupted(signal: Int32) throws {
    let run = try RunningCommand(
      bench.command(["fit", "f.h5", "--output", "m n", "--epochs", "100000"] + Self.jsonl))
    try run.wait(forMessage: #""event":"epoch""#)
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    let last = try #require(try events(result).last)
    #expect(last["event"] as? String == "error" && last["code"] as? String == "interrupted")
    #expect(last["exit_code"] as? Int == 75)
    #expect(last["message"] as? String == "interrupted; the work so far is kept for m n.")
    #expect(
      last["resume_command"] as? String
        == "marnet-plugin fit f.h5 --output 'm n' --epochs 100000 --log-format jsonl "
        + "--resume 'm n'")
  }

  @Test(
    arguments: [
      (["fit", "none.h5"], 66, "not-found", "none.h5: no such file."),
      (["fit", "f.h5", "--set", "training.batch_size=1"], 78, "configuration", "batch_size"),
      (["fit", "f.h5", "--output", "none/m"], 73, "cannot-write", "none/m"),
      (["fit", "f.h5", "--bogus"], 64, "usage", "Unknown option '--bogus'"),
      (["fit", "f.h5", "--report", "--json"], 64, "usage", "--report goes on with text"),
      (["fit"], 64, "usage", "Missing expected argument"),
      (["score", "f.h5", "--model", "none", "--output", "s.h5"], 66, "not-found", "none"),
      (["compare", "none.h5"], 66, "not-found", "none.h5"),
      (["tune", "none.h5"], 66, "not-found", "none.h5"),
    ] as [([String], Int, String, String)])
  func errors(arguments: [String], status: Int, code: String, message: String) throws {
    for form in [Self.jsonl, ["--log-format=jsonl"]] {
      let result = try bench.run(arguments + form)
      #expect(result.status == status, "\(result.messages)")
      let events = try events(result)
      #expect(events.count == 1)
      #expect(events[0]["event"] as? String == "error" && events[0]["code"] as? String == code)
      #expect(events[0]["exit_code"] as? Int == status)
      #expect((events[0]["message"] as? String)?.contains(message) == true, "\(result.messages)")
      #expect(events[0]["resume_command"] is NSNull)
      #expect(result.output.isEmpty)
    }
  }

  /// What is not parsed, is not obeyed either.
  @Test func helpAndOtherFormsStayText() throws {
    let help = try bench.run(["fit", "--help"] + Self.jsonl).succeeded()
    #expect(help.output.hasPrefix("OVERVIEW: ") && help.messages.isEmpty)
    let wrong = try bench.run(["fit", "f.h5", "--log-format", "xml"])
    #expect(wrong.status == 64 && wrong.messages.hasPrefix("Error: "))
  }

  @Test func otherCommands() throws {
    try bench.fit("f.h5", output: "m")
    let score = try bench.run(["score", "f.h5", "--model", "m", "--output", "s.h5"] + Self.jsonl)
      .succeeded()
    #expect(kinds(try events(score)).suffix(2) == ["note", "done"])
    let compare = try bench.run(
      ["compare", "f.h5", "--seeds", "1", "--only", "plugin"] + Workbench.smallStudy + Self.jsonl
    ).succeeded()
    let progress = try events(compare).filter { $0["event"] as? String == "progress" }
    #expect(!progress.isEmpty)
    for event in progress {
      let fraction = try #require(event["fraction"] as? Double)
      #expect((0...1).contains(fraction) && event["stage"] is String)
    }
    let tune = try bench.run(
      ["tune", "f.h5", "--trials", "2"] + Workbench.smallStudy + Self.jsonl
    ).succeeded()
    #expect(kinds(try events(tune)).last == "done")
  }
}
