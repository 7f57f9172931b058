// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// SSAN: class centroids of both modalities meet, and images answer as the texts of their class
/// do (Li et al., "Simultaneous Semantic Alignment Network for Heterogeneous Domain
/// Adaptation", ACM MM 2020, arXiv 2008.01677; official code BIT-DA/SSAN, `loss.py`, `main.py`).
///
/// Over the classes k of the batch, whose nₖ pairs have unit rows û (images) and v̂ (texts)
/// `[n, d]` and logits z_v, z_s `[n, C]`:
///
///     q_k   = mean_{i in k} softmax(z_s,i / 5)
///     soft  = −Σₖ q_k · mean_{i in k} log(softmax(z_v,i) + 1e-5)
///     cent  = Σₖ ‖μ_s − μ_t‖² + ‖μ_s − μ_st‖² + ‖μ_t − μ_st‖² = 3/2 Σₖ ‖μ_s − μ_t‖²
///     L     = α soft + β cent
///
/// μ_t, μ_s are the means of a class's û and v̂; μ_st, the mean of all of them, is half-way
/// between the two, as both have nₖ rows. Images' cross-entropy counts 1 − α beside it.
///
/// Labels are known here: nothing is left of the official pseudo-labels and their filter. The
/// adversary, a domain discriminator behind a reversed gradient (γ = 0.1), is omitted. Classes
/// without a pair are skipped, pairs without a label take no part.
package struct SimultaneousSemanticAlignment: AlignmentLoss {
  /// α, weight of the soft-label loss.
  package let softWeight: Float
  /// β, weight of the centroid loss.
  package let centroidWeight: Float
  /// Whether q is a constant; officially it is not.
  package let detachesTargets: Bool
  /// Divides texts' logits in q.
  static let targetTemperature: Float = 5
  /// Added to a probability before its logarithm.
  static let floor: Float = 1e-5

  package init(
    softWeight: Float = 0.1, centroidWeight: Float = 0.004, detachesTargets: Bool = false
  ) {
    self.softWeight = softWeight
    self.centroidWeight = centroidWeight
    self.detachesTargets = detachesTargets
  }

  package var classifiesText: Bool { true }
  package var readsLogits: Bool { true }
  package var classificationWeight: Float { 1 - softWeight }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> SemanticAlignmentScratch {
    SemanticAlignmentScratch(shape)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: SemanticAlignmentScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    gradients.clear()
    let n = pairs.count
    let groups = scratch.groups
    groups.fill(pairs.labels, count: n)
    let blocks = RowBlocks(rowCount: n)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      scratch.visual.normalise(pairs.visual, rows)
      scratch.text.normalise(pairs.text, rows)
      SoftmaxRows.forward(pairs.visualLogits.rows(rows), into: scratch.answers.rows(rows))
      SoftmaxRows.forward(
        pairs.textLogits.rows(rows), temperature: Self.targetTemperature,
        into: scratch.targets.rows(rows))
    }
    pool.forEach(groups.count) { group, _ in
      scratch.losses[group] =
        centroids(group, weight: weight * centroidWeight, scratch, gradients)
        + softLabels(group, weight: weight * softWeight, scratch, gradients)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      scratch.visual.propagate(gradients.visual, rows)
      scratch.text.propagate(gradients.text, rows)
      SoftmaxRows.backward(
        gradients.visualLogits.rows(rows), probabilities: scratch.answers.rows(rows))
      SoftmaxRows.backward(
        gradients.textLogits.rows(rows), probabilities: scratch.targets.rows(rows),
        temperature: Self.targetTemperature)
    }
    var sum = 0.0
    for group in 0..<groups.count { sum += scratch.losses[group] }
    return sum
  }

  /// A class's part of the centroid loss; its gradients with respect to û and v̂.
  private func centroids(
    _ group: Int, weight: Float, _ scratch: SemanticAlignmentScratch,
    _ gradients: AlignmentGradients
  ) -> Double {
    let difference = scratch.differences.row(group)
    let width = scratch.differences.columnCount
    let places = scratch.groups.range(group)
    for column in 0..<width { difference[column] = 0 }
    for place in places {
      let pair = scratch.groups.pairs[place]
      let (u, v) = (scratch.visual.unit.row(pair), scratch.text.unit.row(pair))
      for column in 0..<width { difference[column] += u[column] - v[column] }
    }
    let share = 1 / Float(places.count)
    var squares = 0.0
    for column in 0..<width {
      difference[column] *= share
      squares += Double(difference[column]) * Double(difference[column])
    }
    let factor = 3 * weight * share
    for place in places {
      let pair = scratch.groups.pairs[place]
      let (u, v) = (gradients.visual.row(pair), gradients.text.row(pair))
      for column in 0..<width {
        u[column] = factor * difference[column]
        v[column] = -factor * difference[column]
      }
    }
    return 1.5 * Double(weight) * squares
  }

  /// A class's part of the soft-label loss; its gradients with respect to probabilities.
  private func softLabels(
    _ group: Int, weight: Float, _ scratch: SemanticAlignmentScratch,
    _ gradients: AlignmentGradients
  ) -> Double {
    let (q, logs) = (scratch.meanTargets.row(group), scratch.meanLogs.row(group))
    let classCount = scratch.meanTargets.columnCount
    let places = scratch.groups.range(group)
    for c in 0..<classCount { (q[c], logs[c]) = (0, 0) }
    for place in places {
      let pair = scratch.groups.pairs[place]
      let (target, p) = (scratch.targets.row(pair), scratch.answers.row(pair))
      for c in 0..<classCount {
        q[c] += target[c]
        logs[c] += log(p[c] + Self.floor)
      }
    }
    let share = 1 / Float(places.count)
    var sum = 0.0
    for c in 0..<classCount {
      q[c] *= share
      logs[c] *= share
      sum += Double(q[c]) * Double(logs[c])
    }
    for place in places {
      let pair = scratch.groups.pairs[place]
      let p = scratch.answers.row(pair)
      let (answer, target) = (gradients.visualLogits.row(pair), gradients.textLogits.row(pair))
      let factor = -weight * share
      for c in 0..<classCount { answer[c] = factor * q[c] / (p[c] + Self.floor) }
      if detachesTargets { continue }
      for c in 0..<classCount { target[c] = factor * logs[c] }
    }
    return -Double(weight) * sum
  }
}
