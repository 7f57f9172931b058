// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileFixtures
import Foundation

/// Feeds mutated inputs to every parser of strangers' bytes (docs/reliability.md).
@main
struct MARNetFuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feed mutated inputs to every parser; what is wrong is said and kept.",
    discussion: """
      No input may crash a parser, take more than 5 s or more than 64 MB beyond its own size, or \
      be refused without a worded error and an exit status of its own.

        swift run -c release MARNetFuzz --cases 100000 --seed 1
        swift run -c release MARNetFuzz --seconds 60 --parser features
      """)

  @Option(help: "Cases over all parsers.")
  var cases: Int?

  @Option(help: "Seconds over all parsers, where no number of cases is given.")
  var seconds = 60.0

  @Option(help: "A case is made from this, the parser and its number alone.")
  var seed: UInt64 = 1

  @Option(help: "Number of the first case.")
  var first = 0

  @Option(
    help: "One parser instead of all: \(Subject.all.map(\.name).joined(separator: ", ")).")
  var parser: String?

  @Option(help: "Folder for inputs that show a bug.")
  var keep: String?

  @Option(help: .hidden)
  var worker: String?

  @Option(help: .hidden)
  var corpus: String?

  private var subjects: [Subject] {
    Subject.all.filter { parser == nil || $0.name == parser }
  }

  func validate() throws {
    if subjects.isEmpty { throw ValidationError("there is no parser '\(parser ?? "")'.") }
  }

  func run() throws {
    if let worker, let corpus {
      return try FuzzWorker(
        subject: subjects[0], corpus: FuzzRun.inputs(in: corpus), place: worker, seed: seed
      ).run(first..<first + (cases ?? 0))
    }
    var total = 0
    var wrong = 0
    for (index, subject) in subjects.enumerated() {
      let share = cases.map { ($0 * (index + 1)) / subjects.count - ($0 * index) / subjects.count }
      let deadline = ContinuousClock.now + .seconds(seconds / Double(subjects.count))
      let tally = try FuzzRun(subject: subject, seed: seed, keep: keep).run(
        first: first, count: share ?? Int.max / 2, until: cases == nil ? deadline : nil)
      say(tally.line)
      for finding in tally.findings.prefix(20) {
        say("  case \(finding.number): \(finding.what)")
      }
      total += tally.cases
      wrong += tally.findings.count
    }
    say("\(total) cases, \(wrong) wrong (seed \(seed))")
    if wrong > 0 { throw ExitCode.failure }
  }

  /// At once, also where standard output is a file.
  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
