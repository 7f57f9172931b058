// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// A step that several ranks make, each on some rows of the batch, is the step of one on all of it.
@Suite struct RankedStepTests {
  private static let batchSize = 150

  /// What the network of that kind writes for the rows `own` of the batch.
  private struct Step: Sendable {
    var terms: LossTerms
    var gradients: [Float]
  }

  enum Kind: CaseIterable, Sendable {
    case joint, alignment, imageOnly, reconstruction

    fileprivate func network(_ networks: Networks) throws -> any TrainingNetwork {
      let loss = InfoNCE(temperature: 0.3)
      let global = GlobalInfoNCE(loss, ranks: networks.ranks, batchSize: batchSize)
      let own: any AlignmentLoss = networks.ranks.isShared ? global : loss
      return switch self {
      case .joint: try networks.joint(own)
      case .alignment: networks.alignment(own)
      case .imageOnly: networks.alignment(weight: 0)
      case .reconstruction: try networks.reconstruction()
      }
    }
  }

  private static func step(
    _ kind: Kind, on own: Range<Int>, ranks: any RankGroup
  ) throws -> Step {
    var networks = Networks(batchSize: batchSize)
    networks.featureNoise = 0.3
    let fixture = networks.fixture(.masked)
    networks.batchSize = own.count
    networks.ranks = ranks
    networks.firstRow = own.lowerBound
    let network = try kind.network(networks)
    let totals = RankTotals(ranks)
    let pool = WorkerPool(threads: 2)
    let part = fixture.places(own)
    return part.withBatch { batch in
      var batch = batch
      if ranks.isShared { totals.add(to: &batch) }
      var terms = network.evaluate(batch, step: 5, pool: pool)
      if ranks.isShared {
        ranks.finishSums()
        terms.sum(over: ranks)
      }
      let gradients = network.parameters.gradients
      return Step(
        terms: terms,
        gradients: Array(
          UnsafeBufferPointer(start: gradients.pointer, count: gradients.count)))
    }
  }

  @Test(arguments: Kind.allCases, [2, 3])
  func ranksTogetherMakeTheStep(kind: Kind, count: Int) throws {
    let whole = try Self.step(kind, on: 0..<Self.batchSize, ranks: SingleRank.only)
    let ranked = try ThreadRanks.run(count) { ranks in
      try Self.step(
        kind,
        on: Self.batchSize * ranks.rank / count..<Self.batchSize * (ranks.rank + 1) / count,
        ranks: ranks)
    }
    for step in ranked {
      #expect(step.gradients == ranked[0].gradients, "every rank has the same bits")
      #expect(abs(step.terms.total - whole.terms.total) < 1e-5 * whole.terms.total)
      expectClose(step.gradients, whole.gradients, tolerance: 2e-6)
    }
  }
}
