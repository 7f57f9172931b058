// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Seeded divisions of labelled rows that keep the balance of the classes.
enum StratifiedSplit {
  /// Positions of the rows to hold out, ascending.
  ///
  /// Of each class with two rows or more, `fraction` of them (rounded half to even), at least
  /// one; a class with a single row keeps it. Unlabelled rows (-1) are never held out.
  static func holdOut(labels: [Int32], fraction: Double, key: RandomKey) -> [Int] {
    var held: [Int] = []
    for (label, rows) in shuffledClasses(labels, key: key, purpose: RandomPurpose.split) {
      guard label >= 0, rows.count > 1 else { continue }
      let share = Int((fraction * Double(rows.count)).rounded(.toNearestOrEven))
      held += rows.prefix(max(1, share))
    }
    return held.sorted()
  }

  /// Held-out positions of each fold, ascending; every labelled row stands in one of them.
  ///
  /// - Parameters:
  ///   - labels: all labelled.
  ///   - most: folds wanted; never more than the rarest class has rows, but at least 2.
  static func folds(labels: [Int32], most: Int, key: RandomKey) -> [[Int]] {
    let classes = shuffledClasses(labels, key: key, purpose: RandomPurpose.folds)
    let rarest = classes.map(\.rows.count).min() ?? 0
    let count = min(most, max(2, rarest))
    var folds = [[Int]](repeating: [], count: count)
    var next = 0
    for (_, rows) in classes {
      for row in rows {
        folds[next % count].append(row)
        next += 1
      }
    }
    return folds.map { $0.sorted() }
  }

  /// The rows of each class in a seeded order, classes ascending.
  private static func shuffledClasses(
    _ labels: [Int32], key: RandomKey, purpose: UInt8
  ) -> [(label: Int32, rows: [Int])] {
    var rows: [Int32: [Int]] = [:]
    for (row, label) in labels.enumerated() { rows[label, default: []].append(row) }
    return rows.sorted { $0.key < $1.key }.map { label, rows in
      var shuffled = rows
      key.shuffle(
        &shuffled, rowKey: UInt64(bitPattern: Int64(label)),
        tag: RandomKey.tag(purpose: purpose))
      return (label, shuffled)
    }
  }
}
