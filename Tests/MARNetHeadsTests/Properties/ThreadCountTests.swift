// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// The number of threads changes no bit, nor does where a batch's rows lie.
@Suite struct ThreadCountTests {
  enum Kind: String, CaseIterable, Sendable {
    case joint, jointWithoutText, alignment, team, tokens, imageOnly, reconstruction, fusion,
      logitFusion, withoutDiffusion, noisyJoint
  }

  /// Wider than one tile of 128 output units; batches of one, three and four blocks of rows.
  private func networks(_ batchSize: Int, _ precision: Precision) -> Networks {
    var networks = Networks(batchSize: batchSize)
    networks.precision = precision
    networks.dimensions = HeadDimensions(
      visual: 33, text: 29, classes: 5, aligned: 70, hidden: 130, timeEmbedding: 8)
    return networks
  }

  private func tokenNetworks(_ networks: Networks) -> Networks {
    var result = networks
    result.tokens = TokenShape(
      visualCount: 3, textCount: 5, visualWidth: networks.dimensions.visual,
      textWidth: networks.dimensions.text)
    return result
  }

  private func fixture(_ kind: Kind, _ networks: Networks) -> BatchFixture {
    if kind == .tokens { return tokenNetworks(networks).tokenFixture() }
    return isFusion(kind) ? networks.fusionFixture() : networks.fixture()
  }

  private func tokenTeam() -> TEAM {
    var result = TEAMRun.options(width: 40, dropout: 0.1, negatives: .drawn)
    result.blockCount = 2
    return result
  }

  @Test(arguments: Kind.allCases, [10, 130, 300])
  func gradientsAndParametersAreTheSameBytes(kind: Kind, batchSize: Int) throws {
    for precision in Precision.allCases {
      try gradientsAndParametersAreTheSameBytes(kind, networks(batchSize, precision))
    }
  }

  private func gradientsAndParametersAreTheSameBytes(_ kind: Kind, _ networks: Networks) throws {
    let fixture = fixture(kind, networks)
    let reference = try run(kind, networks, fixture, threads: 1)
    #expect(reference.gradients.contains { $0 != 0 })
    for threads in [2, 3, 5] {
      #expect(try run(kind, networks, fixture, threads: threads) == reference, "\(threads)")
    }
    #expect(
      try run(kind, networks, fixture.gathered(), threads: 2) == reference,
      "rows gathered beforehand")
  }

  /// Operands of 8 bits: losses within a hundredth, gradients in the same direction. TEAM's
  /// draws are left out: one that falls on another row is another loss.
  @Test(arguments: Kind.allCases.filter { $0 != .team && $0 != .tokens })
  func bfloat16IsNearFloat32(kind: Kind)
    throws
  {
    let outcomes = try Precision.allCases.map { precision in
      let networks = networks(130, precision)
      let fixture = isFusion(kind) ? networks.fusionFixture() : networks.fixture()
      return try run(kind, networks, fixture, threads: 1)
    }
    let (one, other) = (outcomes[0], outcomes[1])
    #expect(one != other, "the precision has an effect")
    #expect(abs(one.losses[0].total - other.losses[0].total) < 0.01 * one.losses[0].total)
    func values(_ bits: [UInt32]) -> [Double] { bits.map { Double(Float(bitPattern: $0)) } }
    let (a, b) = (values(one.gradients), values(other.gradients))
    func product(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let cosine = product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    #expect(cosine > 0.999, "cosine of the gradients is \(cosine)")
  }

  private struct Outcome: Equatable {
    var losses: [LossTerms] = []
    var norms: [Double] = []
    var gradients: [UInt32] = []
    var parameters: [UInt32] = []
  }

  private func isFusion(_ kind: Kind) -> Bool { kind == .fusion || kind == .logitFusion }

  private func run(
    _ kind: Kind, _ networks: Networks, _ fixture: BatchFixture, threads: Int
  ) throws -> Outcome {
    switch kind {
    case .joint: train(try networks.joint(), on: fixture, threads)
    case .jointWithoutText:
      train(
        try networks.joint(alignmentWeight: 0, reconstructionWeight: 0), on: fixture, threads)
    case .alignment: train(networks.alignment(), on: fixture, threads)
    case .team:
      train(
        networks.alignment(TEAMRun.options(width: 40, dropout: 0.1, negatives: .drawn)),
        on: fixture, threads)
    case .tokens:
      train(tokenNetworks(networks).alignment(tokenTeam()), on: fixture, threads)
    case .imageOnly: train(networks.alignment(weight: 0), on: fixture, threads)
    case .reconstruction: train(try networks.reconstruction(), on: fixture, threads)
    case .withoutDiffusion:
      train(try networks.reconstruction(diffuses: false), on: fixture, threads)
    case .noisyJoint:
      train(try noisy(networks).joint(), on: fixture, threads)
    case .fusion: train(networks.fusion(.harmonic, .representation), on: fixture, threads)
    case .logitFusion: train(networks.fusion(.sum, .logit), on: fixture, threads)
    }
  }

  private func noisy(_ networks: Networks) -> Networks {
    var result = networks
    result.featureNoise = 0.5
    return result
  }

  /// Three steps of AdamW; gradients are those of the first.
  private func train(
    _ network: some TrainingNetwork, on fixture: BatchFixture, _ threads: Int
  ) -> Outcome {
    let pool = WorkerPool(threads: threads)
    let block = network.parameters
    let optimizer = AdamW(layout: block.layout, weightDecay: 0.1, clipNorm: 1)
    var outcome = Outcome()
    for step in 0..<3 {
      outcome.losses.append(fixture.withBatch { network.evaluate($0, step: step, pool: pool) })
      if step == 0 { outcome.gradients = bits(block.gradients) }
      outcome.norms.append(optimizer.update(block, rate: 1e-2, step: step, pool: pool))
    }
    outcome.parameters = bits(block.values)
    return outcome
  }

  private func bits(_ buffer: AlignedBuffer) -> [UInt32] {
    (0..<buffer.count).map { buffer.pointer[$0].bitPattern }
  }
}
