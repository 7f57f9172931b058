// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What each row is trained to predict, and whether it takes part in the cross-entropies.
///
///     labelled, with text:    (1 − λ g) one-hot + λ g q
///     labelled, without text: one-hot
///     unlabelled, with text:  q, if text takes part in the teacher (b > 0)
///     otherwise:              weight 0
package struct SoftTargets: Sendable {
  /// `[n]`, 1 or 0.
  package let weights: [Float]
  package let classCount: Int
  private let labels: [Int32]
  private let hasText: [Bool]
  /// Nil where no row needs it.
  private let teacher: Teacher?
  /// λ g.
  private let share: Float
  private let teachesUnlabelled: Bool

  /// - Parameters:
  ///   - prefit: nil, or without a teacher, gives one-hot targets of labelled rows.
  ///   - teacherWeight: λ.
  package init(
    labels: [Int32], hasText: [Bool], classCount: Int, prefit: Prefit?, teacherWeight: Double
  ) {
    self.labels = labels
    self.hasText = hasText
    self.classCount = classCount
    let share = prefit?.teacher == nil ? 0 : Float(teacherWeight * (prefit?.gate ?? 0))
    let teaches = prefit?.teacher != nil && (prefit?.textExponent ?? 0) > 0
    self.share = share
    teachesUnlabelled = teaches
    teacher = share > 0 || teaches ? prefit?.teacher : nil
    weights = labels.indices.map { labels[$0] >= 0 || (teaches && hasText[$0]) ? 1 : 0 }
  }

  /// Whether some targets depend on features.
  package var needsFeatures: Bool { teacher != nil }

  /// Writes the targets of rows, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: `[m]`, which rows of the fit they are.
  ///   - features: their standardised images and texts; read only if `needsFeatures`.
  ///   - target: `[m, C]`.
  package func write(
    _ rows: [Int], features: (visual: MatrixView, text: MatrixView)?, into target: MatrixView
  ) {
    if let teacher, let features {
      teacher.write(rows, visual: features.visual, text: features.text, into: target)
    }
    for (place, row) in rows.enumerated() { finish(row, target.row(place)) }
  }

  /// Writes the target of a row where none depends on features.
  func writeFixed(_ row: Int, into values: UnsafeMutablePointer<Float>) {
    precondition(!needsFeatures, "the target of row \(row) depends on features")
    finish(row, values)
  }

  /// From q, where the row has one, to its target.
  private func finish(_ row: Int, _ values: UnsafeMutablePointer<Float>) {
    let label = labels[row]
    let usesTeacher = teacher != nil && hasText[row]
    if label >= 0 {
      let part = usesTeacher ? share : 0
      for c in 0..<classCount { values[c] = part > 0 ? part * values[c] : 0 }
      values[Int(label)] += 1 - part
    } else if !(usesTeacher && teachesUnlabelled) {
      values.update(repeating: 0, count: classCount)
    }
  }

  /// The targets of all rows, `[n, C]`.
  package func matrix(_ rows: PreparedRows, pool: WorkerPool) throws -> Matrix {
    var result = Matrix(rowCount: rows.rowCount, columnCount: classCount)
    let target = result.mutableView()
    let size = 1_024
    for first in stride(from: 0, to: rows.rowCount, by: size * pool.threadCount) {
      let end = min(first + size * pool.threadCount, rows.rowCount)
      let positions = Array(first..<end)
      let sources = positions.map(rows.source)
      let visual = needsFeatures ? try rows.visual.matrix(at: sources, pool: pool) : nil
      let text = needsFeatures ? try rows.text.matrix(at: sources, pool: pool) : nil
      pool.forEach((positions.count + size - 1) / size) { task, _ in
        let part = task * size..<min((task + 1) * size, positions.count)
        write(
          Array(positions[part]),
          features: visual.flatMap { visual in
            text.map { (visual.view.rows(part), $0.view.rows(part)) }
          }, into: target.rows(first + part.lowerBound..<first + part.upperBound))
      }
      withExtendedLifetime((visual, text)) {}
    }
    return result
  }
}
