// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// A step depends on parameters, batch and step number alone: memory that networks keep from
/// one step to the next must not show.
@Suite struct StatelessStepTests {
  @Test(arguments: BatchFixture.Marks.allCases)
  func fewerPairsAfterMany(marks: BatchFixture.Marks) throws {
    let networks = Networks(batchSize: 70)
    func check(_ make: () throws -> some TrainingNetwork) rethrows {
      let (used, fresh) = (try make(), try make())
      _ = evaluate(used, networks.fixture(.full), step: 0)
      let (first, second) = (
        evaluate(used, networks.fixture(marks), step: 1),
        evaluate(fresh, networks.fixture(marks), step: 1)
      )
      #expect(first == second, "losses")
      #expect(used.parameters.named(gradients: true) == fresh.parameters.named(gradients: true))
    }
    try check { try networks.joint() }
    check { networks.alignment() }
    try check { try networks.reconstruction() }
  }

  @Test(arguments: FusionKind.all)
  func fusionAfterOtherRows(kind: FusionKind) {
    let networks = Networks(batchSize: 70)
    let used = networks.fusion(kind.fusionOperator, kind.mode)
    let fresh = networks.fusion(kind.fusionOperator, kind.mode)
    _ = evaluate(used, networks.fusionFixture(.full), step: 0)
    let fixture = networks.fusionFixture(.masked)
    #expect(evaluate(used, fixture, step: 1) == evaluate(fresh, fixture, step: 1))
    #expect(used.parameters.named(gradients: true) == fresh.parameters.named(gradients: true))
  }

  @Test func theStepNumberChangesTheDraws() throws {
    let networks = Networks(batchSize: 10)
    let network = try networks.joint()
    let fixture = networks.fixture(.full)
    #expect(evaluate(network, fixture, step: 0) != evaluate(network, fixture, step: 1))
  }

  private func evaluate(
    _ network: some TrainingNetwork, _ fixture: BatchFixture, step: Int
  ) -> LossTerms {
    let pool = WorkerPool(threads: 2)
    return fixture.withBatch { network.evaluate($0, step: step, pool: pool) }
  }
}
