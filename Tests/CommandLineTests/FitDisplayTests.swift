// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Glibc
import Testing

/// What `fit` shows on a terminal while it runs, and what it leaves there.
@Suite struct FitDisplayTests {
  private let bench: Workbench
  private static let utf8 = ["TERM": "xterm", "LC_ALL": "C.UTF-8"]

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  private func command(
    _ options: [String] = [], columns: Int32 = 80, environment: [String: String] = utf8
  ) -> Command {
    var command = bench.command(
      ["fit", "f.h5", "--output", "m"] + Workbench.quick + options, environment: environment,
      onTerminal: true)
    command.columns = columns
    return command
  }

  /// The texts that were shown in place of each other, each with all of its lines.
  private func blocks(_ messages: String) -> [[String]] {
    messages.split(separator: "\u{1B}[J").map { piece in
      piece.split(whereSeparator: \.isNewline).filter { $0.contains("\u{1B}[K") }
        .map { line in
          String(line.replacing(#/\x1B\[[0-9]*[A-Z]/#, with: "").filter { $0 != "\r" })
        }
    }.filter { !$0.isEmpty }
  }

  /// The lines that stages leave, as regular expressions.
  private static let stages = [
    #"linear prefit, all rows: [0-9.]+ s"#,
    #"linear prefit, held-out test: [0-9.]+ s"#,
    #"joint network, held-out test: \d+ epochs in [0-9.]+ s, loss [0-9.]+, "#
      + #"held-out top-1 [0-9.]+ %( \(best [0-9.]+ %\))?"#,
    #"image-only network 1 of 2, held-out test: \d+ epochs in [0-9.]+ s, loss [0-9.]+"#,
    #"image-only network 2 of 2, held-out test: \d+ epochs in [0-9.]+ s, loss [0-9.]+"#,
    #"joint network, final fit: \d+ epochs in [0-9.]+ s, loss [0-9.]+"#,
    #"Took [0-9.]+ s: linear models [0-9.]+ s, held-out test [0-9.]+ s, final fit [0-9.]+ s, "#
      + #"the rest [0-9.]+ s\."#,
  ]

  @Test func everyStageLeavesALine() throws {
    let result = try command(columns: 200).run().succeeded()
    var screen = TerminalScreen(columns: 200)
    screen.take(result.messages)
    #expect(screen.wraps == 0 && screen.unknown.isEmpty)
    let lines = screen.lines
    try #require(lines.count == 1 + Self.stages.count, "\(lines)")
    #expect(lines[0].hasPrefix("Memory: "))
    for (line, stage) in zip(lines.dropFirst(), Self.stages) {
      #expect(try Regex(stage).wholeMatch(in: line) != nil, "\(line)")
    }
    #expect(!result.output.contains("\u{1B}") && result.output.hasPrefix("300 training rows,"))
  }

  /// Lines fit their terminal whole, and say the same things where there is room.
  @Test(arguments: [20, 40, 80, 200] as [Int32]) func blocksFitTheTerminal(columns: Int32) throws {
    let messages = try command(["--epochs", "60"], columns: columns).run().succeeded().messages
    let blocks = blocks(messages)
    #expect(blocks.count > 6)
    for line in blocks.joined() { #expect(line.count < columns, "\(line)") }
    let trained = try #require(
      blocks.last { $0.count == 4 && $0[0].hasPrefix("[3/6] joint netw") }, "\(blocks)")
    let bar = String(trained[1].prefix { !$0.isLetter })
    #expect(bar.count { "━─".contains($0) } == [20: 0, 40: 0, 80: 24, 200: 24][columns])
    #expect(trained[1].dropFirst(bar.count).hasPrefix("epoch "))
    #expect(trained[2].wholeMatch(of: #/  loss [0-9.]+(  (align|recon|ce) [0-9.]+)*/#) != nil)
    #expect(
      trained[3].wholeMatch(of: #/  held-out top-1 .*/#) != nil || columns == 20, "\(trained)")
    if columns == 200 {
      #expect(
        trained[0].wholeMatch(
          of: #/\[3/6\] joint network, held-out test  about \d+ s left in all/#) != nil)
      #expect(trained[1].wholeMatch(of: #/.*epoch \d+/60  \d+ s left  [0-9,]+ rows/s/#) != nil)
      #expect(trained[3].wholeMatch(of: #/.* %  best [0-9.]+ % in epoch \d+/#) != nil)
    }
  }

  /// What comes after, where results go to the terminal too: tables lose columns and say which,
  /// sentences break between words, commands stay in one piece.
  @Test func resultsFitTheTerminal() throws {
    let wide = try bench.fit("f.h5", output: "m").outputLines
    for columns in [30, 60] {
      var command = command(["--overwrite"], columns: Int32(columns))
      command.shell = #"exec "$0" "$@" >&2"#
      var screen = TerminalScreen(columns: 400)
      screen.take(try command.run().succeeded().messages)
      let start = try #require(screen.lines.firstIndex { $0.hasPrefix("300 training rows,") })
      let lines = screen.lines[start...]
      for line in lines where !line.hasPrefix("  ") { #expect(line.count <= columns, "\(line)") }
      #expect(lines.contains { $0.hasPrefix("  Not shown for want of width: ") })
      let verdict = try #require(wide.first { $0.hasPrefix("On 60 held-out rows, MARNet") })
      #expect(lines.joined(separator: " ").contains(verdict))
      #expect(lines.last == wide.last)
    }
  }

  /// However fast epochs pass: ten views a second, those that stages begin and end with aside.
  @Test func itIsCalm() throws {
    let start = ContinuousClock.now
    let messages = try command(["--epochs", "300"]).run().succeeded().messages
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    var screen = TerminalScreen(columns: 80)
    screen.take(messages)
    #expect(Double(screen.rewrites) < 10 * seconds + 4 * 6, "\(screen.rewrites) in \(seconds) s")
    // Nothing is wiped before it is written again.
    #expect(!messages.contains("A\u{1B}[J[") && !messages.contains("A\u{1B}[J "))
  }

  @Test func aLocaleWithoutUTF8GetsABarOfASCII() throws {
    for environment in [["TERM": "xterm", "LC_ALL": "C"], ["TERM": "xterm"]] {
      let result = try command(["--overwrite"], environment: environment).run().succeeded()
      #expect(result.messages.utf8.allSatisfy { $0 < 128 })
      let bars = blocks(result.messages).joined().filter { $0.hasPrefix("  ") }
      #expect(bars.contains { $0.wholeMatch(of: #/  [#-]{24}  epoch .*/#) != nil }, "\(bars)")
    }
  }

  @Test func aDumbTerminalGetsPlainLines() throws {
    let result = try command(environment: ["TERM": "dumb", "LC_ALL": "C.UTF-8"]).run().succeeded()
    #expect(!result.messages.contains("\u{1B}"))
    let lines = result.messages.split(whereSeparator: \.isNewline)
    #expect(lines[1] == "linear prefit, all rows")
    #expect(lines.contains { $0.hasPrefix("joint network, final fit: epoch 2/") })
    let error = try bench.run(
      ["fit", "none.h5"], environment: ["TERM": "dumb"], onTerminal: true)
    #expect(error.messages.hasPrefix("error: none.h5"))
  }

  /// `^C` is what the terminal itself shows; it stands below the block.
  @Test(arguments: [SIGINT, SIGTERM]) func interruptionClearsIt(signal: Int32) throws {
    let run = try RunningCommand(command(["--epochs", "100000"]))
    try run.wait(forMessage: "epoch 2")
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    var screen = TerminalScreen(columns: 400)
    screen.take(result.messages)
    let lines = screen.lines
    #expect(
      lines.suffix(2).first
        == "error: interrupted; the work so far is kept for m. Go on with:", "\(lines)")
    #expect(lines.last?.hasPrefix("  marnet-plugin fit f.h5 ") == true)
    #expect(lines.last?.hasSuffix(" --resume m") == true)
    #expect(lines.allSatisfy { !$0.contains("epoch ") && !$0.hasPrefix("[") }, "\(lines)")
  }

  @Test func anErrorClearsIt() throws {
    let result = try command([
      "--set", "training.learning_rate=10", "--set", "training.weight_decay=1000",
      "--set", "training.minimum_steps=200", "--set", "training.maximum_steps=200",
      "--checkpoint-every", "never",
    ]).run()
    #expect(result.status == 70)
    var screen = TerminalScreen(columns: 400)
    screen.take(result.messages)
    #expect(screen.lines.last?.hasPrefix("error: joint network, held-out test: the ") == true)
    #expect(screen.lines.allSatisfy { !$0.hasPrefix("[") }, "\(screen.lines)")
  }

  /// A message in the midst of a stage stands whole, above the block.
  @Test func messagesDoNotTearIt() throws {
    try FileManager.default.createDirectory(
      atPath: bench.path("runs"), withIntermediateDirectories: false)
    try write([], to: bench.path("runs/joint-network-held-out-test"))
    let messages = try command(["--tensorboard", "runs"], columns: 300).run().succeeded().messages
    var screen = TerminalScreen(columns: 300)
    screen.take(messages)
    let note = try #require(screen.lines.firstIndex { $0.hasPrefix("Note: the log for Tensor") })
    #expect(screen.lines[note].contains("runs/joint-network-held-out-test: cannot be written"))
    #expect(screen.lines[note + 1].hasPrefix("joint network, held-out test: "))
    #expect(screen.lines.count { $0.hasPrefix("Note: ") } == 1)
  }

  @Test func aTerminalMayChangeItsWidth() throws {
    let run = try RunningCommand(command(["--epochs", "3000"], columns: 120))
    try run.wait(forMessage: "epoch 2")
    run.resize(columns: 30)
    try run.wait(forMessage: "[4/6]")
    let result = try run.finish().succeeded()
    let late = blocks(result.messages).drop { !$0[0].hasPrefix("[4/6]") }
    #expect(late.count > 2)
    for line in late.joined() { #expect(line.count < 30, "\(line)") }
  }

  /// In the background of a shell it leaves the terminal alone: there is no such shell here, but
  /// what is suspended and goes on begins a block of its own.
  @Test func afterCtrlZItBeginsAnew() throws {
    let run = try RunningCommand(command(["--epochs", "3000"]))
    try run.wait(forMessage: "epoch 2")
    run.send(SIGSTOP)
    usleep(200_000)
    run.send(SIGCONT)
    let result = try run.finish().succeeded()
    // One view that does not go up first, in the midst of a stage.
    let anew = result.messages.split(separator: "\u{1B}[J").filter {
      $0.contains("epoch ") && !$0.contains("\u{1B}[4A") && !$0.contains("\u{1B}[3A")
        && !$0.contains("\u{1B}[1A") && !$0.contains("\u{1B}[2A")
    }
    #expect(!anew.isEmpty)
  }
}
