// SPDX-License-Identifier: Apache-2.0

/// How often rows of one class are taken for another; only pairs that occur are kept.
package struct ConfusionCounts: Sendable, Equatable {
  /// Rows of `label` for which `prediction` was the most probable class.
  package struct Cell: Sendable, Equatable {
    package var label: Int
    package var prediction: Int
    package var rows: Int

    package init(label: Int, prediction: Int, rows: Int) {
      self.label = label
      self.prediction = prediction
      self.rows = rows
    }
  }

  package let classCount: Int
  /// By label, then by prediction.
  package let cells: [Cell]

  /// - Parameters:
  ///   - labels: `[N]`, all of 0 or above.
  ///   - predictions: `[N]`.
  package init(labels: [Int32], predictions: [Int32], classCount: Int) {
    precondition(
      labels.count == predictions.count,
      "\(labels.count) labels need as many predictions; got \(predictions.count)")
    self.classCount = classCount
    var pairs = zip(labels, predictions).map { Int($0) * classCount + Int($1) }
    pairs.sort()
    var cells: [Cell] = []
    var last: Int?
    for pair in pairs {
      if pair == last {
        cells[cells.count - 1].rows += 1
      } else {
        cells.append(Cell(label: pair / classCount, prediction: pair % classCount, rows: 1))
      }
      last = pair
    }
    self.cells = cells
  }

  /// Rows of each class, `[C]`.
  package var classRows: [Int] {
    var rows = [Int](repeating: 0, count: classCount)
    for cell in cells { rows[cell.label] += cell.rows }
    return rows
  }

  /// Rows of each class that are right, `[C]`.
  package var classRight: [Int] {
    var right = [Int](repeating: 0, count: classCount)
    for cell in cells where cell.label == cell.prediction { right[cell.label] += cell.rows }
    return right
  }

  /// The confusions, the most frequent first; of equals, the lower label and prediction.
  package var mistakes: [Cell] {
    cells.filter { $0.label != $0.prediction }.sorted {
      ($1.rows, $0.label, $0.prediction) < ($0.rows, $1.label, $1.prediction)
    }
  }

  /// The `count` classes that are most confused with each other: the pair with the most
  /// confusions, then always the class with the most confusions with those. Classes without any
  /// follow by their number of rows.
  package func mostConfused(_ count: Int) -> [Int] {
    var between: [Int: [(other: Int, rows: Int)]] = [:]
    var pairs: [[Int]: Int] = [:]
    for cell in mistakes {
      between[cell.label, default: []].append((cell.prediction, cell.rows))
      between[cell.prediction, default: []].append((cell.label, cell.rows))
      pairs[[cell.label, cell.prediction].sorted(), default: 0] += cell.rows
    }
    let first = pairs.max { left, right in
      (left.value, right.key[0], right.key[1]) < (right.value, left.key[0], left.key[1])
    }
    var chosen = first?.key ?? []
    var weights = [Int](repeating: 0, count: classCount)
    func add(_ label: Int) { for near in between[label] ?? [] { weights[near.other] += near.rows } }
    chosen.forEach(add)
    let rows = classRows
    while chosen.count < min(count, rows.count { $0 > 0 }) {
      let next = rows.indices.filter { rows[$0] > 0 && !chosen.contains($0) }.max { left, right in
        (weights[left], rows[left], -left) < (weights[right], rows[right], -right)
      }
      guard let next else { break }
      chosen.append(next)
      add(next)
    }
    return chosen.prefix(count).filter { rows[$0] > 0 }.sorted()
  }
}
