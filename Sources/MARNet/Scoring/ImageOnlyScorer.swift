// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Scores rows with an image-only network, in padded blocks like `BlockScorer`.
package struct ImageOnlyScorer {
  private let head: ImageOnlyHead
  private let alignedWidth: Int
  private let classCount: Int
  private let pool: WorkerPool

  package init(head: ImageOnlyHead, alignedWidth: Int, classCount: Int, pool: WorkerPool) {
    self.head = head
    self.alignedWidth = alignedWidth
    self.classCount = classCount
    self.pool = pool
  }

  /// `[N, C]` log-probabilities.
  package func logProbabilities(of rows: KeyedRows) -> Matrix {
    let count = rows.visual.rowCount
    let size = BlockScorer.blockRows
    var result = Matrix(rowCount: count, columnCount: classCount)
    let target = result.mutableView()
    let source = rows.visual.view
    pool.forEach((count + size - 1) / size) { block, _ in
      let range = block * size..<min((block + 1) * size, count)
      var workspace = Workspace()
      let slots = [source.columnCount, alignedWidth, classCount].map {
        workspace.reserve(size, $0)
      }
      workspace.make()
      let visual = workspace[slots[0]]
      visual.rows(0..<range.count).copy(from: source.rows(range))
      head.logProbabilities(visual, aligned: workspace[slots[1]], into: workspace[slots[2]])
      target.rows(range).copy(from: workspace[slots[2]].rows(0..<range.count))
      withExtendedLifetime(workspace) {}
    }
    withExtendedLifetime(rows) {}
    return result
  }
}
