// SPDX-License-Identifier: Apache-2.0

import CTestCounting
import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// A training step allocates nothing, and counts no references row by row.
@Suite(.serialized, .enabled(if: test_counting_is_available() != 0)) struct StepAllocationTests {
  enum Kind: String, CaseIterable {
    case joint, alignment, swd, ssan, cdd, sdm, team, tokens, reconstruction, fusion
  }

  private func network(_ kind: Kind, _ networks: Networks) throws -> any TrainingNetwork {
    switch kind {
    case .joint: return try networks.joint()
    case .alignment: return networks.alignment()
    case .swd: return networks.alignment(SlicedWasserstein())
    case .ssan: return networks.alignment(SimultaneousSemanticAlignment())
    case .cdd: return networks.alignment(ContrastiveDomainDiscrepancy())
    case .sdm: return networks.alignment(DistributionMatching())
    case .team: return networks.alignment(TEAMRun.options(dropout: 0.1, negatives: .drawn))
    case .tokens:
      var team = TEAMRun.options(dropout: 0.1, negatives: .drawn)
      team.blockCount = 2
      return networks.alignment(team)
    case .reconstruction: return try networks.reconstruction()
    case .fusion: return networks.fusion(.concatenation, .representation)
    }
  }

  /// Allocations and retains of the third step on one thread.
  private func counts(
    _ kind: Kind, batchSize: Int, classes: Int = 4
  ) throws -> (allocations: Int, retains: Int) {
    var networks =
      kind == .tokens
      ? Networks.withTokens(batchSize: batchSize) : Networks(batchSize: batchSize)
    networks.dimensions.classes = classes
    let network = try network(kind, networks)
    let fixture = kind == .fusion ? networks.fusionFixture() : networks.tokenFixture()
    let pool = WorkerPool(threads: 1)
    let optimizer = AdamW(layout: network.parameters.layout, weightDecay: 1, clipNorm: 1)
    var (allocations, retains) = (0, 0)
    fixture.withBatch { batch in
      for step in 0..<3 {
        test_counting_begin()
        let terms = network.evaluate(batch, step: step, pool: pool)
        optimizer.update(network.parameters, rate: 1e-3, step: step, pool: pool)
        test_counting_end(&allocations, &retains)
        #expect(terms.total.isFinite)
      }
    }
    return (allocations, retains)
  }

  @Test(arguments: Kind.allCases, [4, 100]) func allocatesNothing(_ kind: Kind, classes: Int) throws
  {
    #expect(try counts(kind, batchSize: 96, classes: classes).allocations == 0)
    #expect(try counts(kind, batchSize: 9, classes: classes).allocations == 0)
  }

  /// Three more blocks of 64 rows may retain what they read; their rows may not. With tokens a
  /// pair is a block by itself.
  @Test(arguments: Kind.allCases.filter { $0 != .tokens }) func retainsAreNotCountedByRow(
    _ kind: Kind
  ) throws {
    let (small, large) = (
      try counts(kind, batchSize: 64).retains, try counts(kind, batchSize: 256).retains
    )
    #expect(large - small < 3 * 64)
  }

  /// The counters see what they are to see.
  @Test func theCountersCount() {
    var (allocations, retains) = (0, 0)
    var kept: [AlignedBuffer] = []
    test_counting_begin()
    for size in 1...8 { kept.append(AlignedBuffer(count: size)) }
    let copy = kept
    kept.append(kept[0])
    test_counting_end(&allocations, &retains)
    #expect(allocations >= 16, "eight objects with memory of their own")
    #expect(retains >= 1, "one element taken again")
    #expect(copy.count == 8)
  }
}
