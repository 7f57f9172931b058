// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetData
import MARNetDense

/// One full read of the features of a split, as `fit` reads them: opened, read, converted to
/// float32, checked for values that are not finite.
struct ReadBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Read all features of a split into memory.")

  /// The features of a split.
  enum DatasetKind: String, ExpressibleByArgument, CaseIterable {
    case visual, text
  }

  @Argument(help: "HDF5 feature file.", completion: .file(extensions: ["h5", "hdf5"]))
  var file: String

  @Option(help: "Rows to read: train, val or test.")
  var split = "train"
  @Option(help: "Features to read: visual or text.")
  var datasetKind = DatasetKind.visual
  @Option(name: .customLong("repeat"), help: "How often to read.")
  var repeats = 5
  @Option(help: "Threads; all available processors by default.")
  var threads = WorkerPool.availableProcessors

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...1_024).contains(threads), repeats >= 1 else {
      throw ValidationError("'--threads' must be from 1 to 1024 and '--repeat' 1 or more.")
    }
  }

  func run() throws {
    guard let split = Split(rawValue: split) else {
      throw ValidationError("--split is '\(split)' but must be train, val or test.")
    }
    let description = try FeatureFile(path: file).description(of: split)
    let rows = 0..<description.rowCount
    var width = 0
    var timings = Timings()
    for _ in 0..<repeats {
      try timings.measure {
        let opened = try FeatureFile(path: file, threads: threads)
        switch datasetKind {
        case .visual: width = try opened.readVisual(split, rows: rows).columnCount
        case .text: width = try opened.readText(split, rows: rows).columnCount
        }
      }
    }
    let type = datasetKind == .visual ? description.visualType : description.textType
    // Of the stored type, so that it compares to a read without conversion; 10^6 bytes.
    let storedMb = Double(rows.count * width * (type?.byteCount ?? 0)) / 1e6
    BenchmarkReport([
      ("benchmark", .text("read")), ("file", .text(file)),
      ("dataset_kind", .text(datasetKind.rawValue)),
      ("stored_type", .text(type?.rawValue ?? "")), ("rows", .integer(rows.count)),
      ("width", .integer(width)), ("threads", .integer(threads)),
      ("stored_mb", .number(storedMb)), ("median_seconds", .number(timings.median)),
      ("rows_per_s", .number(Double(rows.count) / timings.median)),
      ("mb_per_s", .number(storedMb / timings.median)),
    ]).print(asJSON: json)
  }
}
