// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNet
import Testing

/// `score --visual`: rows come through standard input, scores go to standard output.
@Suite struct PipeTests {
  private let models: Workbench
  private let bench: Workbench
  private let rows: Matrix

  /// `f.h5`, rows without identifiers, `rows.npy` and `rows.f32`.
  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
    try EditedFile.copy(models.path("features.h5"), to: bench.path("f.h5")) { file in
      file.rows[.test]?.ids = nil
    }
    rows = try FeatureFile(path: bench.path("f.h5")).readVisual(.test, rows: 0..<120)
    try write(NumPyArray(rows).bytes, to: bench.path("rows.npy"))
    try write(NumPyArray.payload(rows.values), to: bench.path("rows.f32"))
  }

  /// The scores of rows that `input`, shell text, writes into a pipe.
  private func pipe(_ input: String, _ options: [String] = []) throws -> CommandResult {
    var command = bench.command(
      ["score", "--visual", "-", "--model", models.path("plugin.marnet")] + options)
    command.shell = "\(input) | \"$0\" \"$@\""
    return try command.run()
  }

  private func file(_ options: [String]) throws -> [UInt8] {
    try bench.run(
      ["score", "f.h5", "--model", models.path("plugin.marnet"), "--output", "-"] + options
    ).succeeded().outputBytes
  }

  @Test(arguments: [
    [], ["--top-k", "2"], ["--format", "jsonl", "--embedding", "--reconstruction"],
    ["--format", "npy"], ["--batch", "7", "--seed", "5", "--draws", "3"],
  ])
  func theBytesOfTheFile(options: [String]) throws {
    let expected = try file(options)
    let result = try pipe("cat rows.npy", options).succeeded()
    #expect(result.outputBytes == expected)
    #expect(result.messages == "Scored 120 rows of standard input.\n")
    let named = try bench.run(
      ["score", "--visual", "rows.npy", "--model", models.path("plugin.marnet")] + options)
    #expect(named.outputBytes == expected)
    #expect(named.messages == "Scored 120 rows of rows.npy.\n")
    let raw = ["--width", "24"] + (options.contains("npy") ? ["--rows", "120"] : [])
    #expect(try pipe("cat rows.f32", raw + options).succeeded().outputBytes == expected)
  }

  @Test func intoAFile() throws {
    for name in ["s.csv", "s.npy", "s.h5"] {
      let result = try pipe("cat rows.npy", ["--output", name]).succeeded()
      #expect(result.output.isEmpty)
      #expect(result.messages == "Scored 120 rows of standard input into \(name).\n")
    }
    #expect(try bytes(of: bench.path("s.csv")) == file([]))
    let probabilities = try RawReader(bench.path("s.h5")).floats("probabilities")
    #expect(
      try bytes(of: bench.path("s.npy")).dropFirst(128) == NumPyArray.payload(probabilities)[...])
    try pipe("cat rows.npy", ["--output", "s.csv"]).refused(73, "s.csv: already exists.")
  }

  @Test func rowsThatCannotBeUsed() throws {
    let width = ["--width", "24"]
    try pipe("true").refused(65, "standard input: holds no row; it needs one or more.")
    try pipe("true", width).refused(65, "standard input: holds no row; it needs one or more.")
    try pipe("head -c 1000 rows.npy").refused(65, "ended within row 9, after 8 of its 96 bytes.")
    try pipe("head -c 960 rows.f32", width + ["--rows", "11"])
      .refused(65, "standard input: ended after 10 rows of 11.")
    try pipe("cat rows.npy rows.npy").refused(65, "standard input: goes on after its 120 rows.")
    try pipe("cat rows.npy", width)
      .refused(65, "standard input: begins as a .npy array, not as raw values. Leave '--width'")
    try pipe("cat rows.f32").refused(65, "begins as something unknown, not as a .npy array.")
    try pipe("cat rows.f32", ["--width", "12"])
      .refused(65, "standard input has 12 columns but the model was fitted on 24.")
    try pipe("cat rows.f32", width + ["--format", "npy"])
      .refused(73, "standard output: begins with the number of rows, which raw rows from a pipe")
    var broken = rows
    broken[7, 3] = .nan
    try write(NumPyArray(broken).bytes, to: bench.path("rows.npy"))
    let result = try pipe("cat rows.npy")
    result.refused(
      65, "error: standard input holds nan in row 7, column 3; 1 of 120 rows is not finite.")
    #expect(result.output.isEmpty)
  }

  /// As every program of a pipeline ends: by SIGPIPE, without a word, unless it is ignored.
  @Test(arguments: ["", "trap '' PIPE; "])
  func aReaderThatGoesAway(trap: String) throws {
    try writeManyRows()
    var command = bench.command(
      ["score", "--visual", "many.npy", "--model", models.path("plugin.marnet")])
    command.shell = "{ \(trap)\"$0\" \"$@\"; echo \"status $?\" >&2; } | head -n 1"
    let result = try command.run()
    #expect(
      result.messages
        == (trap.isEmpty
          ? "status 141\n"
          : "error: standard output: the program that reads it has closed it. Write to a file "
            + "instead.\nstatus 73\n"))
    #expect(result.output.hasPrefix("row,"))
  }

  /// Another pipe than standard output is an output that cannot be written.
  @Test func aReaderOfANamedPipeThatGoesAway() throws {
    try writeManyRows()
    mkfifo(bench.path("pipe"), 0o600)
    var command = bench.command(
      [
        "score", "--visual", "many.npy", "--model", models.path("plugin.marnet"), "--output",
        "pipe", "--format", "csv",
      ])
    command.shell = "head -n 1 pipe & \"$0\" \"$@\""
    try command.run().refused(73, "error: pipe: the program that reads it has closed it.")
  }

  /// `many.npy`, whose scores are more than a pipe holds.
  private func writeManyRows() throws {
    let many = Matrix(stacking: [Matrix](repeating: rows, count: 200))
    try write(NumPyArray(many).bytes, to: bench.path("many.npy"))
  }

  /// Scores come while the program that writes rows still works, and Ctrl-C is heard then.
  @Test func rowsDoNotWaitForMore() throws {
    mkfifo(bench.path("pipe"), 0o600)
    let writer = open(bench.path("pipe"), O_RDWR | O_CLOEXEC)
    defer { close(writer) }
    let array = NumPyArray(rows).bytes
    let run = try RunningCommand(
      bench.command(["score", "--visual", "pipe", "--model", models.path("plugin.marnet")]))
    #expect(array.withUnsafeBytes { Glibc.write(writer, $0.baseAddress, 128 + 300) } == 428)
    try run.wait(forOutput: "\r\n2,")
    run.send(SIGINT)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(
      result.messages
        == "error: interrupted; the scores of 3 rows are out. Begin anew: rows of a stream do not "
        + "come twice.\n")
    #expect(result.output.split(separator: "\r\n").count == 4)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interruptedBeforeTheFirstByte(signal: Int32) throws {
    mkfifo(bench.path("pipe"), 0o600)
    let writer = open(bench.path("pipe"), O_RDWR | O_CLOEXEC)
    defer { close(writer) }
    var command = bench.command(
      ["score", "--visual", "pipe", "--model", models.path("plugin.marnet"), "--output", "s.csv"])
    // The watch on signals begins with the work.
    command.timeout = 20
    let run = try RunningCommand(command)
    usleep(700_000)
    run.send(signal)
    let result = try run.finish()
    #expect(result.status == 75)
    #expect(result.messages == "error: interrupted; nothing was written.\n")
    #expect(bench.folder.names == ["f.h5", "pipe", "rows.f32", "rows.npy"])
  }
}
