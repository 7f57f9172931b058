// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// CDD: within a class the modalities' distributions meet, between classes they part (Kang et
/// al., "Contrastive Adaptation Network for Unsupervised Domain Adaptation", CVPR 2019, arXiv
/// 1901.00976; official code kgl-prml/Contrastive-Adaptation-Network, `discrepancy/cdd.py`).
///
/// Texts are the source s, images the target t. For classes c, c′ of the batch, D squared
/// distances of rows, of which class c has n_c in both modalities:
///
///     γ     = (ΣD_ss(c) + ΣD_tt(c′) + 2 ΣD_st(c, c′)) / ((n_c + n_c′)(n_c + n_c′ − 1))
///     k(D)  = Σ_{i = 0…4} exp(−D / max(γ 2^{i−2}, 1e-5)), the exponent held in [1e-5, 1e5]
///     M_cc′ = mean k(D_ss(c)) + mean k(D_tt(c′)) − 2 mean k(D_st(c, c′))
///     L     = mean_c M_cc − mean_{c ≠ c′} M_cc′
///
/// summed over two layers: the projected rows `[n, d]` and the class probabilities `[n, C]`.
/// γ is a constant; diagonals count; an exponent at a bound has no gradient.
///
/// Means are over the classes of the batch; the official code divides by those of the data set,
/// which changes the weight of the second term with the batch. One class leaves the first term
/// only, no labelled pair leaves nothing. Pairs without a label take no part. The official
/// class-aware sampling (10 classes, 3 rows of each) is not used: batches are those that every
/// method gets. Nothing but the kernels bounds the second term: a large weight can drive
/// classes apart at the classifier's cost.
///
/// All distances of the batch are kept: memory grows as n².
package struct ContrastiveDomainDiscrepancy: AlignmentLoss {
  /// γ of all classes; nil, the default, takes it from the batch as above.
  package let fixedWidth: Float?

  package init(fixedWidth: Float? = nil) {
    precondition(
      fixedWidth.map { $0 > 0 } ?? true, "a kernel needs a width above 0; got \(fixedWidth ?? 0)")
    self.fixedWidth = fixedWidth
  }

  package var readsLogits: Bool { true }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> DiscrepancyScratch {
    DiscrepancyScratch(shape, fixedWidth: fixedWidth)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: DiscrepancyScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    gradients.clear()
    let groups = scratch.groups
    groups.fill(pairs.labels, count: pairs.count)
    let m = groups.pairCount
    guard m > 0 else { return 0 }
    let blocks = RowBlocks(rowCount: m)
    let (features, probabilities) = (scratch.features, scratch.probabilities)
    features.begin(m)
    probabilities.begin(m)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      features.source.gather(pairs.text, groups, rows)
      features.target.gather(pairs.visual, groups, rows)
      probabilities.source.gather(pairs.textLogits, groups, rows)
      probabilities.target.gather(pairs.visualLogits, groups, rows)
      probabilities.source.makeProbabilities(rows)
      probabilities.target.makeProbabilities(rows)
      features.prepare(rows)
      probabilities.prepare(rows)
    }
    let loss =
      scratch.discrepancy(features, weight: weight, pool: pool)
      + scratch.discrepancy(probabilities, weight: weight, pool: pool)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      probabilities.source.throughSoftmax(rows)
      probabilities.target.throughSoftmax(rows)
      features.source.scatter(gradients.text, groups, rows)
      features.target.scatter(gradients.visual, groups, rows)
      probabilities.source.scatter(gradients.textLogits, groups, rows)
      probabilities.target.scatter(gradients.visualLogits, groups, rows)
    }
    return loss
  }
}
