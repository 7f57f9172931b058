// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

/// What goes to which stream, and how it looks.
@Suite struct StreamTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.synthesize("f.h5")
  }

  @Test func progressOutsideATerminalIsPlainLines() throws {
    let result = try bench.fit("f.h5", output: "m")
    #expect(!result.messages.contains("\u{1B}"))
    #expect(!result.messages.contains("\r"))
    let lines = result.messages.split(separator: "\n")
    let plan = #/Memory: up to \d+ MiB of .* GiB; features in memory as float32\./#
    #expect(try plan.wholeMatch(in: String(lines[0])) != nil)
    #expect(lines[1] == "linear prefit, all rows")
    #expect(
      lines.contains { $0.wholeMatch(of: #/joint network, final fit: epoch \d+/\d+  .*/#) != nil })
    #expect(!result.output.contains("epoch"))
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func rowsOnATerminalAreOneLineThatGoesAway() throws {
    try bench.fit("f.h5", output: "m")
    let result = try bench.run(
      ["score", "f.h5", "--model", "m", "--output", "-"], onTerminal: true
    ).succeeded()
    #expect(result.messages.contains("scoring 120 of 120 rows\u{1B}[K"))
    var screen = TerminalScreen(columns: 80)
    screen.take(result.messages)
    #expect(screen.lines == ["Scored 120 rows of 'test'."])
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func errorsAreRedOnATerminalUnlessNoColorIsSet() throws {
    let plain = "error: none.h5: no such file. Give the path of an HDF5 feature file."
    let command = ["fit", "none.h5"]
    let colored = try bench.run(command, onTerminal: true).messages
    #expect(colored.contains("\u{1B}[31merror:\u{1B}[0m none.h5: no such file."))
    let uncolored = try bench.run(command, environment: ["NO_COLOR": "1"], onTerminal: true)
    #expect(uncolored.messages.contains(plain))
    #expect(!uncolored.messages.contains("\u{1B}[31m"))
    let empty = try bench.run(command, environment: ["NO_COLOR": ""], onTerminal: true)
    #expect(empty.messages == colored)
    #expect(try bench.run(command).messages == plain + "\n")
  }

  @Test func resultsAreAloneOnStandardOutput() throws {
    let fit = try bench.fit("f.h5", output: "m", ["--json"])
    #expect(fit.output.hasPrefix("{\n"))
    #expect(fit.output.hasSuffix("}\n"))
    #expect(!fit.messages.contains("{"))
    let scores = try bench.run(["score", "f.h5", "--model", "m", "--output", "-"])
    #expect(scores.output.hasPrefix("row,id,prediction,"))
    #expect(scores.messages == "Scored 120 rows of 'test'.\n")
    let written = try bench.run(["synthesize", "g.h5"])
    #expect(written.output.isEmpty)
    #expect(written.messages == "Synthetic features written to g.h5.\n")
  }

  @Test func versionIsPrintedAlone() throws {
    let result = try bench.run(["--version"]).succeeded()
    #expect(result.output == "\(ToolVersion.current)\n")
    #expect(result.messages.isEmpty)
  }
}
