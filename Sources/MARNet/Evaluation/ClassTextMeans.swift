// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// The mean text feature of each class over the training rows, in standardised units: what
/// reconstructions of the class should come near to. For reports; nothing that scores reads it.
package struct ClassTextMeans: Sendable {
  /// `[C, Ds]`, standardised as the model's targets are; 0 for a class without text.
  package let means: Matrix
  /// Training rows with label and text of each class, `[C]`.
  package let rows: [Int]
}

extension Model {
  private static let textBlockRows = 4_096

  /// The means of the training split of `file`.
  ///
  /// - Returns: nil where that has no text of the model's width, or no labels.
  /// - Throws: `DataError` when what is there cannot be read.
  package func classTextMeans(of file: FeatureFile) throws -> ClassTextMeans? {
    guard file.splits.contains(.train) else { return nil }
    let description = try file.description(of: .train)
    guard description.textWidth == textWidth, description.hasLabels else { return nil }
    let labels = try file.labels(.train, classNames: classNames)
    let hasText = try file.textMask(.train)
    var sums = [Double](repeating: 0, count: classNames.count * textWidth)
    var rows = [Int](repeating: 0, count: classNames.count)
    for block in Blocks.of(0..<description.rowCount, size: Self.textBlockRows) {
      let text = try file.readText(.train, rows: block)
      for row in block where labels[row] >= 0 && hasText[row] {
        let label = Int(labels[row])
        rows[label] += 1
        let values = text.view.row(row - block.lowerBound)
        for column in 0..<textWidth { sums[label * textWidth + column] += Double(values[column]) }
      }
      withExtendedLifetime(text) {}
    }
    guard rows.contains(where: { $0 > 0 }) else { return nil }
    var means = Matrix(rowCount: classNames.count, columnCount: textWidth)
    let view = means.mutableView()
    for label in rows.indices where rows[label] > 0 {
      let target = view.row(label)
      for column in 0..<textWidth {
        target[column] = Float(sums[label * textWidth + column] / Double(rows[label]))
      }
      textStandardizer.apply(to: view.rows(label..<label + 1))
    }
    return ClassTextMeans(means: means, rows: rows)
  }
}
