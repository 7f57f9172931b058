// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What each row is trained to predict, and whether it takes part in the cross-entropies.
///
///     labelled, with text:    (1 − λ g) one-hot + λ g q
///     labelled, without text: one-hot
///     unlabelled, with text:  q, if text takes part in the teacher (b > 0)
///     otherwise:              weight 0
struct SoftTargets: Sendable {
  /// `[N, C]`.
  let targets: Matrix
  /// `[N]`, 1 or 0.
  let weights: [Float]

  /// - Parameters:
  ///   - prefit: nil, or without a teacher, gives one-hot targets of labelled rows.
  ///   - teacherWeight: λ.
  init(
    labels: [Int32], hasText: [Bool], classCount: Int, prefit: Prefit?, teacherWeight: Double
  ) {
    var targets = Matrix(rowCount: labels.count, columnCount: classCount)
    var weights = [Float](repeating: 0, count: labels.count)
    let view = targets.mutableView()
    let teacher = prefit?.teacher
    let teaches = teacher != nil && (prefit?.textExponent ?? 0) > 0
    let share = Float(teacherWeight * (prefit?.gate ?? 0))
    for (row, label) in labels.enumerated() {
      let target = view.row(row)
      if label >= 0 {
        weights[row] = 1
        if hasText[row], share > 0, let teacher {
          let q = teacher.view.row(row)
          for c in 0..<classCount { target[c] = share * q[c] }
          target[Int(label)] += 1 - share
        } else {
          target[Int(label)] = 1
        }
      } else if hasText[row], teaches, let teacher {
        weights[row] = 1
        target.update(from: teacher.view.row(row), count: classCount)
      }
    }
    self.targets = targets
    self.weights = weights
  }
}
