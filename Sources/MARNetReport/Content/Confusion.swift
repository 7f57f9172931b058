// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Which classes are taken for which, by the final prediction.
package struct Confusion: Sendable, Equatable {
  /// A confusion among the most frequent.
  package struct Mistake: Sendable, Equatable {
    package var label: Int
    package var prediction: Int
    package var rows: Int
    /// Of the rows of the label, a fraction.
    package var share: Double
    /// How often the probe makes the same one.
    package var probeRows: Int
  }

  package var classNames: [String]
  /// Cells that occur.
  package var cells: [ConfusionCounts.Cell]
  /// Rows of each class, `[C]`.
  package var classRows: [Int]
  /// The most frequent mistakes.
  package var mistakes: [Mistake]
  /// Mistakes in all, rows.
  package var wrongRows: Int

  private static let mostMistakes = 20

  package init(_ counts: ConfusionCounts, probe: ConfusionCounts, classNames: [String]) {
    self.classNames = classNames
    cells = counts.cells
    let rows = counts.classRows
    classRows = rows
    let mistakes = counts.mistakes
    wrongRows = mistakes.reduce(0) { $0 + $1.rows }
    var ofProbe: [Int: Int] = [:]
    for cell in probe.cells {
      ofProbe[cell.label * counts.classCount + cell.prediction] = cell.rows
    }
    self.mistakes = mistakes.prefix(Self.mostMistakes).map { cell in
      Mistake(
        label: cell.label, prediction: cell.prediction, rows: cell.rows,
        share: Double(cell.rows) / Double(max(rows[cell.label], 1)),
        probeRows: ofProbe[cell.label * counts.classCount + cell.prediction] ?? 0)
    }
  }
}
