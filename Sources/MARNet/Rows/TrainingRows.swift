// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// What a network is trained on: rows, targets and weights.
package struct TrainingRows: Sendable {
  /// What each row is to predict.
  package enum Targets: Sendable {
    /// `[n, C]`.
    case table(Matrix)
    /// Computed when rows are read.
    case soft(SoftTargets)
  }

  package let rows: PreparedRows
  package let targets: Targets
  /// `[n]`, 1 where a row takes part in the cross-entropies, else 0.
  package let weights: [Float]

  package init(_ rows: PreparedRows, targets: Targets, weights: [Float]) {
    self.rows = rows
    self.targets = targets
    self.weights = weights
  }

  /// Labelled rows in memory that are used as they are.
  package init(
    visual: Matrix, text: Matrix, labels: [Int32], classCount: Int,
    classWeights: ClassWeightTable? = nil
  ) {
    let present = [Bool](repeating: true, count: labels.count)
    let rows = PreparedRows(
      visual: visual, text: text, hasText: present, labels: labels, classCount: classCount
    ).weighted(by: classWeights)
    let targets = SoftTargets(
      labels: labels, hasText: present, classCount: classCount, prefit: nil, teacherWeight: 0)
    self.init(rows, targets: .soft(targets), weights: targets.weights)
  }

  package var rowCount: Int { rows.rowCount }

  /// The weight of a row in the cross-entropies: that of its class, or what is expected of its
  /// target `[C]` where it has no label.
  package func weight(of row: Int, target: UnsafePointer<Float>) -> Float {
    guard let table = rows.classWeights, weights[row] > 0 else { return weights[row] }
    let label = rows.labels[row]
    return weights[row]
      * (label >= 0 ? Float(table.values[Int(label)]) : table.expected(target))
  }

  /// Bytes that a row takes where it waits to be drawn, targets always counted: networks with
  /// and without a teacher see the rows in the same windows.
  var rowBytes: Int {
    let tokens = rows.tokens.map { $0.visual.rows.rowBytes + $0.text.rows.rowBytes } ?? 0
    return rows.visual.rows.rowBytes + rows.text.rows.rowBytes + tokens
      + Self.targetBytes(classCount: rows.classCount)
  }

  /// Bytes of the targets of a row.
  static func targetBytes(classCount: Int) -> Int { classCount * MemoryLayout<Float>.stride }

  /// Rows that are best read together.
  var chunkRows: Int { max(rows.visual.rows.chunkRows, rows.text.rows.chunkRows) }

  /// Whether targets are computed from features when these are read.
  var needsFeatures: Bool {
    switch targets {
    case .table: false
    case .soft(let soft): soft.needsFeatures
    }
  }

  /// Writes the target of row `row`, which needs no features any more, into `values`, `[C]`.
  @inline(__always)
  func writeTarget(_ row: Int, into values: UnsafeMutablePointer<Float>) {
    switch targets {
    case .table(let table): values.update(from: table.view.row(row), count: table.columnCount)
    case .soft(let soft): soft.writeFixed(row, into: values)
    }
  }
}
