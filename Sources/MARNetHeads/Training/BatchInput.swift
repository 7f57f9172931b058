// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What every network that reads images keeps of a batch: the dropped-out images, targets and
/// weights side by side, and a row for each loss term.
package final class BatchInput: Sendable {
  /// `[B, Dv]`, noise and dropout applied: one mask for every branch that reads it.
  package let visual: MatrixView
  package let gathered: GatheredTargets
  /// `[terms, B]`, each row's share of each loss term.
  package let losses: MatrixView
  package let blocks: RowBlocks
  private let workspace: Workspace
  private let dropout: Dropout
  private let noise: FeatureNoise

  package init(
    dimensions: HeadDimensions, batchSize: Int, lossTerms: Int, options: NetworkOptions,
    key: RandomKey
  ) {
    var workspace = Workspace()
    let visual = workspace.reserve(batchSize, dimensions.visual)
    let gathered = GatheredTargets.reserve(
      rows: batchSize, classes: dimensions.classes, in: &workspace)
    let losses = workspace.reserve(lossTerms, batchSize)
    workspace.make()
    self.workspace = workspace
    self.visual = workspace[visual]
    self.gathered = GatheredTargets(gathered, in: workspace)
    self.losses = workspace[losses]
    blocks = RowBlocks(rowCount: batchSize)
    dropout = Dropout(
      probability: options.dropout, key: key, purpose: RandomPurpose.visualDropout,
      offset: options.firstRow)
    noise = FeatureNoise(deviation: options.featureNoise, key: key, offset: options.firstRow)
  }

  /// Gathers a block of rows, fused with noise and dropout.
  package func gather(_ batch: TrainingBatch, rows: Range<Int>, step: Int) {
    gathered.gather(batch, rows)
    for row in rows {
      let source = batch.rows[row]
      let target = visual.rows(row..<row + 1)
      if noise.isOn {
        noise.apply(
          batch.visual.row(source), into: visual.row(row), step: step, row: row,
          count: visual.columnCount)
        dropout.apply(target, into: target, step: step, firstRow: row)
      } else {
        dropout.apply(
          batch.visual.rows(source..<source + 1), into: target, step: step, firstRow: row)
      }
    }
  }

  /// The sum of a loss term over the batch.
  package func total(_ term: Int) -> Double { losses.rowTotal(term) }
}
