// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// Rows that come as a stream instead of feature files.
struct StreamArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Score the rows of a .npy array instead of feature files; - is standard input.",
      valueName: "path"), completion: .file(extensions: ["npy"]))
  var visual: String?

  @Option(
    help: ArgumentHelp(
      "What --visual names are raw values, little-endian, of rows this wide.", valueName: "Dv"))
  var width: Int?

  @Option(help: "Type of raw values: float16, bfloat16, float32, float64 (default: float32).")
  var dtype: FeatureType?

  @Option(
    help: ArgumentHelp(
      "Number of raw rows; .npy and .h5 need it where they come from a pipe.", valueName: "N"))
  var rows: Int?

  func validate() throws {
    if visual == nil, let flag = width.map({ _ in "--width" }) ?? rawFlag {
      throw ValidationError("\(flag) is for --visual; feature files say it themselves.")
    }
    if width == nil, let flag = rawFlag {
      throw ValidationError("\(flag) is for raw rows, with --width; a .npy array says it itself.")
    }
    for (flag, value) in [("--width", width), ("--rows", rows)] {
      if let value, !(1...Int(Int32.max)).contains(value) {
        throw ValidationError("\(flag) is \(value) but must be from 1 to \(Int32.max).")
      }
    }
  }

  /// How the rows stand in the stream.
  var form: RowForm {
    width.map { .raw(width: $0, type: dtype ?? .float32, rowCount: rows) } ?? .numPy
  }

  /// A flag that says something of raw rows.
  private var rawFlag: String? {
    dtype.map { _ in "--dtype" } ?? rows.map { _ in "--rows" }
  }
}
