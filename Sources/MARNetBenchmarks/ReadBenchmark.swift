// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetData
import MARNetDense

/// One full read of the features of a split, as `fit` reads them: opened, read, converted to
/// float32, checked for values that are not finite.
struct ReadBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Read all features of a split into memory.")

  /// The features of a split.
  enum DatasetKind: String, ExpressibleByArgument, CaseIterable, Encodable {
    case visual, text
  }

  /// What is printed with `--json`.
  private struct Result: Encodable {
    let file: String
    let datasetKind: DatasetKind
    let storedType: String
    let rows: Int
    let width: Int
    let threads: Int
    /// Megabytes (10^6) of the values in the type in which they are stored.
    let storedMb: Double
    /// Megabytes (10^6) of the float32 values in memory.
    let memoryMb: Double
    let seconds: [Double]
    let medianSeconds: Double
    let rowsPerS: Double
    /// Megabytes of `storedMb` a second, so that it compares to a read without conversion.
    let mbPerS: Double
  }

  @Argument(help: "HDF5 feature file.")
  var file: String

  @Option var split = "train"
  @Option var datasetKind = DatasetKind.visual
  @Option(name: .customLong("repeat"), help: "How often to read.") var repeats = 5
  @Option var threads = WorkerPool.availableProcessors

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    guard let split = Split(rawValue: split) else {
      throw ValidationError("--split is '\(split)' but must be train, val or test.")
    }
    let description = try FeatureFile(path: file).description(of: split)
    let rows = 0..<description.rowCount
    var width = 0
    var seconds: [Double] = []
    for _ in 0..<max(1, repeats) {
      let start = ContinuousClock.now
      let opened = try FeatureFile(path: file, threads: threads)
      switch datasetKind {
      case .visual: width = try opened.readVisual(split, rows: rows).columnCount
      case .text: width = try opened.readText(split, rows: rows).columnCount
      }
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    let type = datasetKind == .visual ? description.visualType : description.textType
    let median = seconds.sorted()[seconds.count / 2]
    let storedMb = Double(rows.count * width * (type?.byteCount ?? 0)) / 1e6
    try show(
      Result(
        file: file, datasetKind: datasetKind, storedType: type?.rawValue ?? "", rows: rows.count,
        width: width, threads: threads, storedMb: storedMb,
        memoryMb: Double(rows.count * width * 4) / 1e6,
        seconds: seconds, medianSeconds: median, rowsPerS: Double(rows.count) / median,
        mbPerS: storedMb / median))
  }

  private func show(_ result: Result) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(result), as: UTF8.self))
    } else {
      print(
        "read: [\(result.rows), \(result.width)] \(result.storedType): median "
          + "\(result.medianSeconds * 1e3) ms, \(Int(result.rowsPerS)) rows/s, "
          + "\(Int(result.mbPerS)) MB/s of the stored type")
    }
  }
}
