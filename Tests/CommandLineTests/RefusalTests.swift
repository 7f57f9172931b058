// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Every kind of failure of commands: its exit status, its words, and that nothing is left.
@Suite struct RefusalTests {
  /// A command, with FEATURES and MODEL for paths of valid ones.
  struct Case: CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var message: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ line: String, _ status: Int32, _ message: String) {
      arguments = line.split(separator: " ").map(String.init)
      self.status = status
      self.message = message
    }
  }

  static let missing = [
    Case("fit none.h5", 66, "none.h5: no such file. Give the path of an HDF5 feature file."),
    Case("inspect none.h5", 66, "none.h5: no such file."),
    Case("evaluate none.h5 --model MODEL", 66, "none.h5: no such file."),
    Case("score none.h5 --model MODEL --output s.csv", 66, "none.h5: no such file."),
    Case(
      "score FEATURES --model none --output s.csv", 66,
      "none: there is no such model. Name the directory that 'fit --output' wrote."),
    Case("score --visual none.npy --model MODEL", 66, "none.npy: no such file. Give the path of a"),
    Case("compare none.h5", 66, "none.h5: no such file. Give the path of an HDF5 feature file."),
    Case("tune none.h5", 66, "none.h5: no such file."),
    Case("evaluate FEATURES --model none", 66, "none: there is no such model."),
    Case(
      "fit FEATURES --config none.json", 66, "none.json: there is no such configuration file."),
  ]

  static let configuration = [
    Case(
      "fit FEATURES --set alignment.wieght=1", 78,
      "configuration: there is no key 'alignment.wieght'. Did you mean 'alignment.weight'?"),
    Case("fit FEATURES --set qqqqqqqq=1", 78, "there is no key 'qqqqqqqq'. See docs"),
    Case(
      "fit FEATURES --set training.batch_size=1", 78,
      "configuration: 'training.batch_size' is 1 but must be from 2 to 65536. "
        + "The default is 128."),
    Case("fit FEATURES --epochs 0", 78, "'training.epochs' is 0 but must be from 1 to 1000000."),
    Case("fit FEATURES --set training.dropout=x", 78, "the value of 'training.dropout' cannot"),
    Case("fit FEATURES --set alignment=3", 78, "'alignment' cannot be read (an object is"),
    Case("fit FEATURES --set seed", 78, "('key=value' is needed)"),
    Case(
      "fit FEATURES --set sampling.sampler=ddim", 78, "configuration: joint training teaches"),
    Case("fit FEATURES --config FEATURES", 78, "not a configuration in JSON (it cannot be"),
    Case(
      "fit FEATURES --config MODEL/config.json --preset paper", 78,
      "holds values of preset 'plugin', but 'paper' was asked for. Leave '--preset' out"),
    Case(
      "score FEATURES --model MODEL --output s.csv --draws 0", 78,
      "'sampling.draws' is 0 but must be from 1 to 4095."),
    Case("evaluate FEATURES --model MODEL --draws 9999", 78, "'sampling.draws' is 9999"),
    Case(
      "compare FEATURES --only mlp,nonsense", 78,
      "--only names 'nonsense', which is not a contender. There are: methods, ablation,"),
    Case("compare FEATURES --trials 9", 78, "--trials is 9 but must be from 1 to 8."),
    Case("compare FEATURES --seeds 0", 78, "--seeds is 0 but must be from 1 to 1000."),
    Case(
      "compare FEATURES --test-noise 1,much", 78,
      "--test-noise is 'much' but must be numbers separated by commas."),
    Case("compare FEATURES --test-noise=-1", 78, "--test-noise is -1.0 but must be from 0.0"),
    Case(
      "compare FEATURES --label-fraction 2", 78,
      "--label-fraction is 2.0 but must be above 0.0 and at most 1.0."),
    Case("compare FEATURES --imbalance 0", 78, "--imbalance is 0.0 but must be from 1.0"),
    Case("compare FEATURES --epochs 0", 78, "'training.epochs' is 0 but must be from 1"),
    Case(
      "compare FEATURES --set sampling.sampler=ddim", 78, "configuration: joint training teaches"),
    Case("tune FEATURES --trials 0", 78, "--trials is 0 but must be from 1 to 10000."),
    Case("tune FEATURES --search x", 78, "--search is 'x' but must be key=value,value,...."),
    Case("tune FEATURES --search x=1,2", 78, "configuration: there is no key 'x'."),
    Case(
      "tune FEATURES --set training.scheme=staged", 78,
      "configuration: the search trains joint networks"),
  ]

  static let output = [
    Case(
      "fit FEATURES --output there", 73,
      "there: already exists. Choose another '--output', or replace it with '--overwrite'."),
    Case("fit FEATURES --output no/such/m", 73, "no/such/m: cannot be written"),
    Case("fit FEATURES --output there/file/m", 73, "there/file/m: cannot be written"),
    Case(
      "fit FEATURES --output there --overwrite", 73,
      "there: cannot be written (it is not a model directory, or holds other files too)."),
    Case("fit FEATURES --output there/file --overwrite", 73, "it is not a model directory"),
    Case("score FEATURES --model MODEL --output no/s.csv", 73, "there is no folder 'no'"),
    Case("score FEATURES --model MODEL --output there", 73, "does not name a format"),
    Case("score FEATURES --model MODEL --output s.txt", 73, "End it in .h5, .hdf5, .csv,"),
    Case("score FEATURES --model MODEL --output s.npy --top-k 2", 73, "more needs .h5 or .jsonl."),
    Case("score FEATURES --model MODEL --output - --format hdf5", 73, "cannot be written"),
    Case("score FEATURES --model MODEL --output FEATURES", 73, "features.h5"),
    Case(
      "compare FEATURES --output there/file", 73,
      "there/file: already exists. Choose another '--output', or replace it with '--overwrite'."),
    Case(
      "compare FEATURES --output there --overwrite", 73, "there: cannot be written: it is a folder."
    ),
    Case("compare FEATURES --output no/r.json", 73, "there is no folder 'no'"),
    Case(
      "compare FEATURES --output FEATURES --overwrite", 73,
      "cannot be written: it is the file that is read."),
    Case("tune FEATURES --output there", 73, "there: already exists."),
    Case(
      "tune FEATURES --output there --overwrite", 73,
      "there: cannot be written (it is not a directory of a search, or holds other files too)."),
    Case("tune FEATURES --output no/such/t", 73, "no/such/t: cannot be written"),
    Case("synthesize there", 73, "there: already exists."),
    Case("synthesize no/such.h5", 73, "there is no folder 'no'"),
    Case("demo --output there/file/demo", 73, "there/file/demo: cannot be written"),
  ]

  static let usage = [
    Case("fit", 64, "Missing expected argument '<features> ...'"),
    Case("fit FEATURES --nonsense", 64, "Unknown option '--nonsense'"),
    Case("fit FEATURES --seed x", 64, "The value 'x' is invalid for '--seed <seed>'"),
    Case("fit FEATURES --preset papre", 64, "The value 'papre' is invalid"),
    Case("fit FEATURES --threads 0", 64, "--threads is 0 but must be from 1 to 1024."),
    Case("score FEATURES --model MODEL", 64, "Missing expected argument '--output <output>'"),
    Case("score FEATURES --model MODEL --output - --top-k 0", 64, "--top-k is 0 but must"),
    Case("score FEATURES --model MODEL --output - --batch 0", 64, "--batch is 0 but must"),
    Case("score --model MODEL --output -", 64, "Missing expected argument '<features> ...'"),
    Case("score FEATURES --visual r.npy --model MODEL", 64, "is for feature files. Leave it or"),
    Case("score --visual - --model MODEL --split val", 64, "--split is for feature files."),
    Case("score --visual - --model MODEL --shards 2 --shard 0", 64, "--shards is for feature"),
    Case("score --visual - --model MODEL --text-key t", 64, "A layout is for feature files."),
    Case("score --visual - --model MODEL --resume", 64, "--resume is for feature files."),
    Case("score --visual - --model MODEL --rows 5", 64, "--rows is for raw rows, with --width;"),
    Case("score --visual - --model MODEL --width 0", 64, "--width is 0 but must be from 1 to"),
    Case("score --visual - --model MODEL --width 4 --dtype int8", 64, "The value 'int8' is"),
    Case("score FEATURES --model MODEL --output - --width 24", 64, "--width is for --visual;"),
    Case("evaluate FEATURES --model MODEL --split dev", 64, "The value 'dev' is invalid"),
    Case("compare FEATURES --format xml", 64, "The value 'xml' is invalid"),
    Case("tune FEATURES --trials many", 64, "The value 'many' is invalid"),
    Case("fitt FEATURES", 64, "2 unexpected arguments: 'fitt'"),
  ]

  @Test(arguments: missing + configuration + output + usage)
  func refuses(_ refusal: Case) throws {
    let models = try Fitted.shared.get()
    let bench = try Workbench()
    try FileManager.default.createDirectory(
      atPath: bench.path("there"), withIntermediateDirectories: false)
    try write([1], to: bench.path("there/file"))
    let before = try bytes(of: models.path("features.h5"))
    let result = try bench.run(
      refusal.arguments.map {
        $0.replacing("FEATURES", with: models.path("features.h5"))
          .replacing("MODEL", with: models.path("plugin.marnet"))
      })
    #expect(result.status == refusal.status, "\(result.messages)")
    #expect(result.messages.contains(refusal.message), "\(result.messages)")
    #expect(result.output.isEmpty)
    #expect(bench.folder.names == ["there"])
    #expect(try bench.contents(of: "there") == ["file": [1]])
    #expect(try bytes(of: models.path("features.h5")) == before)
  }

  @Test func anOutputThatCannotBeWrittenIsSaidBeforeTheFit() throws {
    let models = try Fitted.shared.get()
    let bench = try Workbench()
    let result = try bench.run(["fit", models.path("features.h5"), "--output", "no/such/m"])
    #expect(!result.messages.contains("prefit"))
  }
}
