// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import Testing

/// `score --shards` and `merge`.
@Suite struct ShardTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  private func shard(
    _ index: Int, of count: Int, _ options: [String] = [],
    location: SourceLocation = #_sourceLocation
  ) throws {
    try bench.run(
      bench.scoring("s.h5", ["--shards", "\(count)", "--shard", "\(index)"] + options)
    ).succeeded(location: location)
  }

  private static func name(_ index: Int, of count: Int) -> String {
    "s.shard-000\(index)-of-000\(count).h5"
  }

  /// Ten shards in any order, one of them killed and run again: the whole, byte for byte.
  @Test(arguments: [[], ["--top-k", "2", "--embedding", "--reconstruction"]])
  func mergedTheyAreTheWhole(options: [String]) throws {
    try bench.run(bench.scoring("whole.h5", options)).succeeded()
    let order = Array(0..<10).shuffled()
    let names = order.map { "s.shard-000\($0)-of-0010.h5" }
    let killed = try RunningCommand(
      bench.command(
        bench.scoring(
          "s.h5",
          options + ScoreBench.slow.dropFirst(2)
            + ["--shards", "10", "--shard", "\(order[0])"]), onTerminal: true))
    try killed.wait(forMessage: "scoring 2,000 of")
    killed.send(SIGKILL)
    _ = try killed.finish()
    for index in order {
      try shard(index, of: 10, options + (index == order[0] ? ["--resume"] : []))
    }
    #expect(bench.folder.names == (names + ["whole.h5"]).sorted())
    let merged = try bench.run(["merge"] + names + ["--output", "s.h5"]).succeeded()
    #expect(merged.messages == "Merged 10 shards of 60,000 rows into s.h5.\n")

    let (one, other) = (
      try RawReader(bench.path("s.h5")), try RawReader(bench.path("whole.h5"))
    )
    #expect(try one.strings("id") == other.strings("id"))
    #expect(try one.integers("prediction") == other.integers("prediction"))
    for name in ["probabilities", "top_k_probability", "embedding", "reconstruction"] {
      #expect(one.shape(name) == other.shape(name))
      if one.shape(name) != nil { #expect(try one.floats(name) == other.floats(name)) }
    }
    // More than that: structure, attributes and all.
    #expect(try bytes(of: bench.path("s.h5")) == bytes(of: bench.path("whole.h5")))
    let again = try bench.run(["merge", "s.shard-*.h5", "--output", "s.h5"])
    #expect(again.status == 73)
    try bench.run(["merge", "s.shard-*.h5", "--output", "s.h5", "--overwrite"]).succeeded()
    #expect(try bytes(of: bench.path("s.h5")) == bytes(of: bench.path("whole.h5")))
  }

  @Test func aPublishedShardIsSkipped() throws {
    try shard(1, of: 4)
    let path = bench.path(Self.name(1, of: 4))
    let before = try bytes(of: path)
    let arguments = try bench.scoring("s.h5", ["--shards", "4", "--shard", "1"])
    let again = try bench.run(arguments).succeeded()
    #expect(
      again.messages == "Shard 1 of 4 (from 0): rows 15,000 to 29,999 of 60,000\n"
        + "\(Self.name(1, of: 4)) is complete already: 15,000 rows of 'test'.\n")
    let other = try bench.run(arguments + ["--draws", "1"])
    #expect(other.status == 73)
    #expect(other.messages.contains("holds other scores: 'draws' is 1 here and 2 there."))
    #expect(try bytes(of: path) == before)
    try bench.run(arguments + ["--draws", "1", "--overwrite"]).succeeded()
    #expect(try bytes(of: path) != before)
    try write(Array("what else".utf8), to: path)
    #expect(try bench.run(arguments).status == 73)
  }

  /// What a job array says.
  @Test(arguments: [
    (["ID": "2", "COUNT": "4", "MIN": "0", "STEP": "1"], 2),
    (["ID": "7", "COUNT": "4", "MIN": "1", "STEP": "2"], 3),
    (["ID": "0", "COUNT": "4"], 0),
  ])
  func jobArray(variables: [String: String], index: Int) throws {
    let result = try bench.run(
      bench.scoring("s.h5"), environment: Self.slurm(variables)
    ).succeeded()
    #expect(
      result.messages.hasPrefix(
        "Shard \(index) of 4 (from 0): rows \(15 * index),000".replacing(" 0,000", with: " 0")))
    #expect(
      result.messages.contains(" (from SLURM_ARRAY_TASK_ID; '--shards 1' scores all rows)\n"))
    #expect(bench.folder.names == [Self.name(index, of: 4)])
  }

  @Test func flagsComeBeforeTheJobArray() throws {
    let array = Self.slurm(["ID": "2", "COUNT": "4", "MIN": "0", "STEP": "1"])
    try bench.run(bench.scoring("s.h5", ["--shards", "1"]), environment: array).succeeded()
    #expect(bench.folder.names == ["s.h5"])
    try bench.run(
      bench.scoring("s.h5", ["--shards", "9", "--shard", "8"]), environment: array
    ).succeeded()
    #expect(bench.folder.names == ["s.h5", Self.name(8, of: 9)])
    try bench.run(bench.scoring("s.h5", ["--shard", "3"]), environment: array).succeeded()
    #expect(bench.folder.names.contains(Self.name(3, of: 4)))
  }

  /// Flags and variables that make no shard are usage errors.
  @Test(arguments: [
    (["--shards", "4"], [:], "--shards needs --shard"),
    (["--shard", "4"], [:], "--shard needs --shards"),
    (["--shards", "4", "--shard", "4"], [:], "--shard is 4 but must be below --shards, 4"),
    (["--shards", "0"], [:], "--shards is 0 but must be from 1"),
    (["--shards", "4", "--shard=-1"], [:], "--shard is -1 but must be 0 or more"),
    (
      ["--shards", "4"], ["ID": "1", "COUNT": "5"],
      "--shards is 4 but the job array has 5 tasks (SLURM_ARRAY_TASK_COUNT)."
    ),
    (["--shard", "6"], ["ID": "1", "COUNT": "5"], "--shard is 6 but the job array has 5 tasks"),
    (
      [], ["ID": "7", "COUNT": "3", "MIN": "1"],
      "SLURM_ARRAY_TASK_ID is 7, which is none of 3 tasks from 1 on in steps of 1."
    ),
    ([], ["ID": "x", "COUNT": "3"], "SLURM_ARRAY_TASK_ID is 'x', not a number."),
  ])
  func noShard(options: [String], variables: [String: String], message: String) throws {
    let result = try bench.run(
      bench.scoring("s.h5", options), environment: Self.slurm(variables))
    #expect(result.status == 64)
    #expect(
      result.messages.replacing("\n", with: " ").contains(message), "\(result.messages)")
    #expect(bench.folder.names == [])
  }

  @Test func textCannotBeShards() throws {
    for name in ["s.csv", "-"] {
      let result = try bench.run(bench.scoring(name, ["--shards", "4", "--shard", "1"]))
      #expect(result.status == 73)
      #expect(result.messages.contains("\(name): shards are HDF5 files, which 'merge' makes one."))
    }
    let many = try bench.run(bench.scoring("s.h5", ["--shards", "60001", "--shard", "1"]))
    #expect(many.status == 78)
    #expect(many.messages.contains("60,001 shards of 60,000 rows: some would be empty."))
  }

  /// Each way in which shards do not make a whole.
  @Test func whatMergeRefuses() throws {
    for index in 0..<3 { try shard(index, of: 3) }
    let names = (0..<3).map { Self.name($0, of: 3) }
    func refused(_ names: [String], _ message: String, status: Int32 = 65) throws {
      let result = try bench.run(["merge"] + names + ["--output", "out.h5"])
      #expect(result.status == status)
      #expect(result.messages.contains(message), "\(result.messages)")
      #expect(!bench.folder.names.contains { $0.contains("out.h5") })
    }
    try refused(
      [names[2], names[0]],
      "rows 20,000 to 39,999 of 60,000 are in no shard that is given. Score them with '--shards "
        + "3 --shard 1', or name that shard too.")
    try refused(Array(names[1...]), "rows 0 to 19,999 of 60,000 are in no shard")
    try refused(Array(names[..<2]), "rows 40,000 to 59,999 of 60,000 are in no shard")
    try shard(1, of: 2)
    try refused(
      names + [Self.name(1, of: 2)],
      "\(Self.name(1, of: 2)): holds rows 30,000 to 39,999, which \(names[1]) holds too.")
    try shard(1, of: 3, ["--overwrite", "--seed", "8"])
    try refused(
      names,
      "\(names[1]): does not belong to \(names[0]): 'seed' is 8 here and 0 there. Merge "
        + "shards of one model, one feature file and one set of options.")
    try shard(1, of: 3, ["--overwrite", "--top-k", "2"])
    try refused(names, "'top-k' is 2 here and nothing there")
    let shared = try ScoreBench.shared.get()
    try bench.fit(shared.path("f.h5"), output: "other", ["--seed", "5"])
    try bench.run([
      "score", shared.path("f.h5"), "--model", "other", "--output", "s.h5", "--shards", "3",
      "--shard", "1", "--overwrite", "--seed", "0",
    ]).succeeded()
    try refused(names, "\(names[1]): does not belong to \(names[0]): 'model' is ")
    try refused(
      [names[0], "none.h5"],
      "none.h5: no such file. Give the paths of score files in HDF5.\n", status: 66)
    try refused(
      ["none-*.h5"],
      "none-*.h5: no file matches. Give the paths of score files in HDF5, or a pattern that "
        + "matches some.\n", status: 66)
  }

  /// An unfinished shard under the name of a finished one.
  @Test func anUnfinishedShard() throws {
    let run = try RunningCommand(
      bench.command(
        bench.scoring("s.h5", ScoreBench.slow + ["--shards", "2", "--shard", "0"]),
        onTerminal: true))
    try run.wait(forMessage: "scoring 2,000 of")
    run.send(SIGKILL)
    _ = try run.finish()
    let name = Self.name(0, of: 2)
    rename(bench.path(".\(name).partial"), bench.path("cut.h5"))
    let result = try bench.run(["merge", "cut.h5", "--output", "out.h5"])
    #expect(result.status == 65)
    #expect(
      result.messages == "error: cut.h5: is not complete: the run that wrote it was cut off. "
        + "Score its rows again.\n")
  }

  private static func slurm(_ variables: [String: String]) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: variables.map { ("SLURM_ARRAY_TASK_\($0.key)", $0.value) })
  }
}
