// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet

/// The parts of a feature file, to be changed and written again.
struct EditedFile {
  var rows: [Split: FeatureBlock] = [:]
  var classNames: [String]

  /// Reads all of `path`.
  init(_ path: String) throws {
    let file = try FeatureFile(path: path)
    classNames = try file.classNames
    for split in file.splits {
      let all = 0..<(try file.description(of: split).rowCount)
      rows[split] = FeatureBlock(
        visual: try file.readVisual(split, rows: all),
        text: try file.readText(split, rows: all), labels: try file.labels(split),
        ids: try file.ids(split, rows: all))
    }
  }

  /// Keeps the rows at `indices` of `split`, in that order.
  mutating func keep(_ indices: [Int], of split: Split) {
    guard let block = rows[split] else { return }
    rows[split] = FeatureBlock(
      visual: block.visual.rows(at: indices), text: block.text?.rows(at: indices),
      labels: block.labels.map { labels in indices.map { labels[$0] } },
      ids: block.ids?.rows(at: indices))
  }

  func write(to path: String) throws {
    try FeatureFileWriter.write(rows, classNames: classNames, to: path)
  }

  /// Reads `path`, changes it with `edit`, writes it to `newPath`.
  static func copy(
    _ path: String, to newPath: String, _ edit: (inout EditedFile) throws -> Void
  ) throws {
    var file = try EditedFile(path)
    try edit(&file)
    try file.write(to: newPath)
  }
}
