// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// SWD: the sliced Wasserstein distance between the class probabilities of images and of texts
/// (Lee et al., "Sliced Wasserstein Discrepancy for Unsupervised Domain Adaptation", CVPR 2019,
/// arXiv 1903.04064; official code apple/ml-cvpr2019-swd, `swd.py`).
///
/// With p = softmax(z) `[n, C]` of each modality and S = 128 directions R `[C, S]`, drawn
/// from N(0, 1) anew each step, columns brought to length 1:
///
///     L = (1/nS) Σⱼ Σₖ (sort(p_v R)ₖⱼ − sort(p_s R)ₖⱼ)²
///
/// every column being sorted over the batch. The gradient goes to both modalities; the order
/// is a constant, equal values standing in the order of their rows. Which image belongs to
/// which text plays no part, nor do labels: pairs without one take part.
///
/// The official training alternates three steps against unlabelled images; here images are
/// labelled, and the distance is just a term of the loss. It shrinks as 1/C: its weight is
/// to be large.
package struct SlicedWasserstein: AlignmentLoss {
  /// S.
  package static let directionCount = 128

  package init() {}

  package var classifiesText: Bool { true }
  package var readsLogits: Bool { true }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> SlicedWassersteinScratch {
    SlicedWassersteinScratch(shape, directionCount: Self.directionCount, key: key)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: SlicedWassersteinScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    gradients.clear()
    let n = pairs.count
    guard n > 0 else { return 0 }
    let sides = (
      scratch.visual.first(n, logits: pairs.visualLogits, gradient: gradients.visualLogits),
      scratch.text.first(n, logits: pairs.textLogits, gradient: gradients.textLogits)
    )
    let blocks = RowBlocks(rowCount: n)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      sides.0.makeProbabilities(rows)
      sides.1.makeProbabilities(rows)
    }
    let scale = 2 * weight / Float(n * Self.directionCount)
    pool.forEach(scratch.taskCount) { task, _ in
      let directions = scratch.draw(task, step: pairs.step)
      sides.0.project(directions, scratch)
      sides.1.project(directions, scratch)
      let orders = scratch.orders(task)
      for direction in directions {
        scratch.losses[direction] = Self.transport(
          sides.0.projected.row(direction), sides.1.projected.row(direction), count: n,
          scale: scale, orders)
      }
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      sides.0.propagate(rows, scratch)
      sides.1.propagate(rows, scratch)
    }
    var sum = 0.0
    for direction in 0..<Self.directionCount { sum += scratch.losses[direction] }
    return Double(weight) * sum / Double(n * Self.directionCount)
  }

  /// Squared distance of two sorted projections `[count]`, which become `scale` times the
  /// difference from their partner.
  private static func transport(
    _ visual: UnsafeMutablePointer<Float>, _ text: UnsafeMutablePointer<Float>, count: Int,
    scale: Float, _ orders: (visual: RowOrder, text: RowOrder)
  ) -> Double {
    let v = orders.visual.sort(visual, count: count)
    let s = orders.text.sort(text, count: count)
    var sum = 0.0
    for rank in 0..<count {
      let difference = v.value(rank) - s.value(rank)
      sum += Double(difference) * Double(difference)
      visual[v.place(rank)] = scale * difference
      text[s.place(rank)] = -scale * difference
    }
    return sum
  }
}
