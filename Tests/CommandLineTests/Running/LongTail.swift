// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import TestSupport

/// A feature file whose classes shrink from many rows to few, with as many test rows each.
enum LongTail {
  static let classNames = ["apple pie", "bread", "cakeRoll", "dip_sauce"]
  private static let sizes = [400, 100, 25, 10]
  private static let testSize = 100

  /// - Parameters:
  ///   - withoutText: of every this many training rows, one has no text.
  ///   - unlabelled: of every this many training rows, one has no label.
  static func write(to path: String, withoutText: Int? = nil, unlabelled: Int? = nil) throws {
    let classes = sizes.indices.flatMap { [Int](repeating: $0, count: sizes[$0]) }
    let test = (0..<testSize * sizes.count).map { $0 % sizes.count }
    func marks(_ every: Int?) -> [Bool] {
      classes.indices.map { row in every.map { row % $0 != $0 - 1 } ?? true }
    }
    let (hasText, hasLabel) = (marks(withoutText), marks(unlabelled))
    try FeatureFileWriter.write(
      [
        .train: FeatureBlock(
          visual: rows(of: classes, width: 12, signal: 1.8, seed: 11),
          text: rows(of: classes, width: 6, signal: 2.5, seed: 12),
          labels: zip(classes, hasLabel).map { $1 ? Int32($0) : -1 }, textMask: hasText),
        .test: FeatureBlock(
          visual: rows(of: test, width: 12, signal: 1.8, seed: 13),
          text: rows(of: test, width: 6, signal: 2.5, seed: 14), labels: test.map { Int32($0) }),
      ], classNames: classNames, to: path)
  }

  /// Noise, and the class in one column.
  private static func rows(of classes: [Int], width: Int, signal: Float, seed: UInt64) -> Matrix {
    var result = Seeded.normal(classes.count, width, seed: seed)
    for (row, label) in classes.enumerated() { result[row, label] += signal }
    return result
  }
}
