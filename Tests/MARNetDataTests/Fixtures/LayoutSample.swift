// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import MARNetDense

/// Rows that every layout of the tests holds: 500 of three classes, some without a label, in
/// splits that lie scattered.
struct LayoutSample {
  static let rowCount = 500
  static let visualWidth = 7
  static let textWidth = 5
  static let splits: [Split] = rows {
    [.train, .train, .train, .val, .test][($0 * 7 + $0 / 9) % 5]
  }
  static let labels: [Int64] = rows { $0 % 11 == 0 ? -1 : Int64($0 * 5 % 3) }

  static func visual(_ row: Int) -> [Float] {
    (0..<visualWidth).map { Float(row) + Float($0) / 8 }
  }

  static func text(_ row: Int) -> [Float] { (0..<textWidth).map { Float(-row) + Float($0) / 4 } }

  static func rows<Value>(_ value: (Int) -> Value) -> [Value] { (0..<rowCount).map(value) }

  /// The numbers of the rows of `split`.
  static func rows(of split: Split) -> [Int] { (0..<rowCount).filter { splits[$0] == split } }

  /// Writes `rows` as the columns of one group.
  static func write(
    _ rows: [Int], to file: RawFile, under prefix: String = "",
    names: (visual: String, text: String, label: String) = ("visual", "text", "label"),
    storage: RawFile.Storage = .init(), withText: Bool = true
  ) throws {
    try file.floats(
      prefix + names.visual, [rows.count, visualWidth], rows.flatMap(visual), storage: storage)
    if withText {
      try file.floats(prefix + names.text, [rows.count, textWidth], rows.flatMap(text))
    }
    try file.integers(prefix + names.label, rows.map { labels[$0] })
    try file.integers(prefix + "id", rows.map { Int64($0) })
  }

  /// Writes the canonical layout.
  static func writeGroups(to path: String, _ splits: [Split] = Split.allCases) throws {
    let file = try RawFile(path)
    for split in splits {
      file.group(split.rawValue)
      try write(rows(of: split), to: file, under: "\(split.rawValue)/")
    }
  }

  /// Whether `file` holds the sample, bit for bit, read whole and in stretches of any size.
  static func matches(_ file: FeatureFile, _ splits: [Split] = Split.allCases) throws -> Bool {
    for split in splits {
      let expected = rows(of: split)
      let whole = 0..<expected.count
      guard try file.description(of: split).rowCount == expected.count else { return false }
      var ranges = [whole, 0..<1, whole.upperBound - 1..<whole.upperBound]
      ranges += (0..<20).map { trial in
        let start = trial * 37 % expected.count
        return start..<min(expected.count, start + 1 + trial * 13 % 90)
      }
      for range in ranges {
        let wanted = expected[range]
        guard
          try file.readVisual(split, rows: range).values == wanted.flatMap(visual),
          try file.readText(split, rows: range).values == wanted.flatMap(text),
          try file.ids(split, rows: range) == .integers(wanted.map { Int64($0) })
        else { return false }
      }
      guard
        try StreamedRows.matches(
          FileRows(.visual, of: split, in: file), Matrix(rows: expected.map(visual))),
        try StreamedRows.matches(
          FileRows(.text, of: split, in: file), Matrix(rows: expected.map(text)))
      else { return false }
      guard try file.labels(split).map({ Int64($0) }) == expected.map({ labels[$0] }) else {
        return false
      }
    }
    return true
  }
}
