// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport

/// What an alignment loss reads of a step, as matrices of its own.
struct AlignmentCase {
  var visual: Matrix
  var text: Matrix
  var visualLogits: Matrix
  var textLogits: Matrix
  var labels: [Int32]
  var step = 5

  var shape: AlignmentShape {
    AlignmentShape(
      pairCount: visual.rowCount, width: visual.columnCount,
      classCount: visualLogits.columnCount)
  }

  /// Random rows; every fifth pair has no label, and the first class no pair where there are
  /// others to have them.
  static func random(_ count: Int, width: Int, classes: Int, seed: UInt64 = 1) -> AlignmentCase {
    let labels = (0..<count).map { row in
      row % 5 == 4 ? -1 : Int32(classes > 2 ? 1 + (row * row + row / 3) % (classes - 1) : row % 2)
    }
    return AlignmentCase(
      visual: Seeded.normal(count, width, seed: seed),
      text: Seeded.normal(count, width, seed: seed &+ 1),
      visualLogits: Seeded.normal(count, classes, seed: seed &+ 2),
      textLogits: Seeded.normal(count, classes, seed: seed &+ 3), labels: labels)
  }

  /// The pairs at `order`.
  func pairs(at order: [Int]) -> AlignmentCase {
    AlignmentCase(
      visual: visual.rows(at: order), text: text.rows(at: order),
      visualLogits: visualLogits.rows(at: order), textLogits: textLogits.rows(at: order),
      labels: order.map { labels[$0] }, step: step)
  }
}

/// A loss and its gradients; those that it does not read are empty.
struct AlignmentOutcome: Equatable {
  var value: Double
  var visual: Matrix
  var text: Matrix
  var visualLogits: Matrix
  var textLogits: Matrix

  var gradients: [Matrix] { [visual, text, visualLogits, textLogits] }

  var isFinite: Bool {
    value.isFinite && gradients.allSatisfy { $0.values.allSatisfy(\.isFinite) }
  }

  var isZero: Bool { value == 0 && gradients.allSatisfy { $0.values.allSatisfy { $0 == 0 } } }
}

/// A loss with its memory and threads, for any number of evaluations.
struct AlignmentRun {
  let loss: BoundAlignmentLoss
  private let parameters: ParameterBlock
  private let pool: WorkerPool

  init(
    _ loss: any AlignmentLoss, _ shape: AlignmentShape, threads: Int = 2,
    key: RandomKey = RandomKey(seed: 9)
  ) {
    var layout = ParameterLayout()
    self.loss = BoundAlignmentLoss(
      loss, shape: shape, precision: .float32, key: key, in: &layout)
    parameters = ParameterBlock(layout: layout, key: key)
    pool = WorkerPool(threads: threads)
  }

  /// Gradients that are not overwritten stay NaN.
  func callAsFunction(_ input: AlignmentCase, weight: Float = 1) -> AlignmentOutcome {
    func blank(_ like: Matrix, rows: Int? = nil) -> Matrix {
      Matrix(rowCount: rows ?? like.rowCount, columnCount: like.columnCount, repeating: .nan)
    }
    let logitRows = loss.readsLogits ? input.visual.rowCount : 0
    var outcome = AlignmentOutcome(
      value: .nan, visual: blank(input.visual), text: blank(input.text),
      visualLogits: blank(input.visualLogits, rows: logitRows),
      textLogits: blank(input.textLogits, rows: logitRows))
    let gradients = AlignmentGradients(
      visual: outcome.visual.mutableView(), text: outcome.text.mutableView(),
      visualLogits: outcome.visualLogits.mutableView(),
      textLogits: outcome.textLogits.mutableView())
    // A batch of no pairs has no labels, whose pointer is never read.
    let labels = input.labels.isEmpty ? [-1] : input.labels
    outcome.value = labels.withUnsafeBufferPointer { labels in
      guard let label = labels.baseAddress else { return .nan }
      return loss.evaluate(
        AlignmentPairs(
          visual: input.visual.view, text: input.text.view,
          visualLogits: input.visualLogits.view.rows(0..<logitRows),
          textLogits: input.textLogits.view.rows(0..<logitRows), labels: label,
          step: input.step),
        weight: weight, into: gradients, parameters: parameters, pool: pool)
    }
    return outcome
  }
}

func evaluate(
  _ loss: any AlignmentLoss, _ input: AlignmentCase, weight: Float = 1, threads: Int = 2,
  key: RandomKey = RandomKey(seed: 9)
) -> AlignmentOutcome {
  AlignmentRun(loss, input.shape, threads: threads, key: key)(input, weight: weight)
}

/// The losses that read classes or logits.
enum ClassLoss: String, CaseIterable, Sendable {
  case swd, ssan, ssanDetached, cdd, sdm, sdmMild

  var loss: any AlignmentLoss {
    switch self {
    case .swd: SlicedWasserstein()
    case .ssan: SimultaneousSemanticAlignment()
    case .ssanDetached: SimultaneousSemanticAlignment(detachesTargets: true)
    case .cdd: ContrastiveDomainDiscrepancy()
    case .sdm: DistributionMatching()
    case .sdmMild: DistributionMatching(temperature: 0.5)
    }
  }

  /// The loss as a differentiable function: where γ or q is a constant, differences would see
  /// it move. Temperatures are mild, so that differences are good ones.
  static let differentiable: [(name: String, loss: any AlignmentLoss)] = [
    ("swd", SlicedWasserstein()), ("ssan", SimultaneousSemanticAlignment()),
    ("ssan, other weights", SimultaneousSemanticAlignment(softWeight: 0.7, centroidWeight: 0.5)),
    ("cdd", ContrastiveDomainDiscrepancy(fixedWidth: 3)),
    ("sdm", DistributionMatching(temperature: 0.5)),
  ]
}
