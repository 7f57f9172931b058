// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct TEAMPropertyTests {
  private let drawn = TEAMRun.options(negatives: .drawn)

  private func isFinite(_ run: TEAMRun, _ result: (value: Double, visual: Matrix, text: Matrix))
    -> Bool
  {
    result.value.isFinite
      && (result.visual.values + result.text.values
        + run.block.named(gradients: true).values.flatMap(\.values)).allSatisfy(\.isFinite)
  }

  /// Nothing to tell apart: no loss, and zeros in every gradient, whatever stood there.
  @Test(arguments: [0, 1]) func fewerThanTwoPairs(count: Int) {
    let run = TEAMRun(drawn, capacity: 4, width: 3)
    run.block.gradients.pointer.update(repeating: 7, count: run.block.gradients.count)
    let result = run.evaluate(
      Seeded.normal(count, 3, seed: 1), Seeded.normal(count, 3, seed: 2),
      labels: [Int32](repeating: 0, count: count))
    #expect(result.value == 0)
    #expect((result.visual.values + result.text.values).allSatisfy { $0 == 0 })
    #expect(
      run.block.named(gradients: true).values.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
  }

  /// Of one known class, nobody has a negative: the match loss is that of one score, 0, and
  /// CLIP's logits are 0 but for the pairs' own.
  @Test func allRowsOfOneClass() {
    let run = TEAMRun(drawn, capacity: 5, width: 3)
    let result = run.evaluate(
      Seeded.normal(5, 3, seed: 1), Seeded.normal(5, 3, seed: 2), labels: [2, 2, 2, 2, 2])
    #expect(result.value > 0 && isFinite(run, result))
    for (name, gradient) in run.block.named(gradients: true) where !name.hasSuffix("global_scale") {
      #expect(gradient.values.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  @Test func twoPairsTakeEachOther() {
    let other = TEAMRun(TEAMRun.options(negatives: .shifted(1)), capacity: 2, width: 3)
    let run = TEAMRun(drawn, capacity: 2, width: 3)
    let (u, v) = (Seeded.normal(2, 3, seed: 1), Seeded.normal(2, 3, seed: 2))
    let labels: [Int32] = [-1, -1]
    #expect(run.evaluate(u, v, labels: labels) == other.evaluate(u, v, labels: labels))
  }

  @Test func tiesAndZeroRows() {
    let run = TEAMRun(drawn, capacity: 6, width: 3)
    let same = Matrix(rows: [[Float]](repeating: [1, 2, 3], count: 6))
    let zero = Matrix(rowCount: 6, columnCount: 3)
    for (u, v) in [(same, same), (same, zero), (zero, same), (zero, zero)] {
      let result = run.evaluate(u, v, labels: [0, 1, -1, 2, 0, 1])
      #expect(isFinite(run, result))
    }
  }

  /// Neither the row itself nor one of its class; in proportion to exp(s cos) among the rest.
  @Test func negativesAreDrawnAsTheirSimilaritySays() {
    let draw = HardNegatives(choice: .drawn, key: RandomKey(seed: 5))
    let cosines: [Float] = [0.9, 0.1, 0.4, 1, 0.5, -0.2]
    let labels: [Int32] = [1, 0, -1, 1, 2, -1]
    var weights = cosines
    let trials = 20_000
    var counts = [Int](repeating: 0, count: 6)
    for step in 0..<trials {
      let drawn = draw.draw(
        cosines, count: 6, row: 3, scale: 2, labels: labels, step: step, index: 0,
        weights: &weights)
      counts[Int(drawn)] += 1
    }
    #expect(counts[0] == 0 && counts[3] == 0)
    let total = [1, 2, 4, 5].reduce(0) { $0 + exponential(2 * Double(cosines[$1])) }
    for j in [1, 2, 4, 5] {
      let expected = Double(trials) * exponential(2 * Double(cosines[j])) / total
      #expect(abs(Double(counts[j]) - expected) < 5 * expected.squareRoot(), "row \(j)")
    }
  }

  /// Unlabelled rows are not known to be anything.
  @Test func unlabelledRowsAreNegatives() {
    #expect(HardNegatives.isKnownPositive(3, 3))
    #expect(!HardNegatives.isKnownPositive(-1, -1) && !HardNegatives.isKnownPositive(0, 1))
  }

  @Test func memoryServesFewerPairsWhateverItHeld() {
    let run = TEAMRun(TEAMRun.options(dropout: 0.1, negatives: .drawn), capacity: 70, width: 5)
    for count in [70, 9, 2, 66] {
      let labels = (0..<count).map { Int32($0 % 4) - 1 }
      let (u, v) = (Seeded.normal(count, 5, seed: 1), Seeded.normal(count, 5, seed: 2))
      let fresh = TEAMRun(run.loss, capacity: count, width: 5)
      #expect(run.evaluate(u, v, labels: labels) == fresh.evaluate(u, v, labels: labels))
      let (one, other) = (run.block.named(gradients: true), fresh.block.named(gradients: true))
      for (name, gradient) in one { #expect(gradient == other[name], "\(name), \(count) pairs") }
    }
  }

  private func bits(_ network: AlignmentNetwork) -> [UInt32] {
    (0..<network.parameters.gradients.count).map {
      network.parameters.gradients.pointer[$0].bitPattern
    }
  }

  /// What stands in padding is never read.
  @Test(arguments: [1, 2, 3]) func paddedWordsChangeNoBit(threads: Int) {
    let networks = Networks.withTokens(batchSize: 20)
    let tokens = TokenFixture.random(
      networks.tokens ?? TokenShape(visualCount: 0, textCount: 0, visualWidth: 0, textWidth: 0),
      rows: 30)
    func run(_ tokens: TokenFixture, threads: Int) -> ([UInt32], Double) {
      let network = networks.alignment(TEAMRun.options(dropout: 0.1, negatives: .drawn))
      let terms = networks.fixture().with(tokens).withBatch {
        network.evaluate($0, step: 3, pool: WorkerPool(threads: threads))
      }
      return (bits(network), terms.total)
    }
    let plain = run(tokens, threads: 1)
    #expect(plain.1.isFinite)
    for value in [Float.nan, 1e30, 0] {
      let other = run(tokens.padded(value), threads: threads)
      #expect(other.0 == plain.0 && other.1 == plain.1, "\(value)")
    }
  }

  /// One word, one patch, one block: the form of single vectors, its bias having taken up what
  /// self-attention makes of LN(0).
  @Test func oneTokenIsTheGlobalForm() throws {
    var networks = Networks(batchSize: 9, dropout: 0)
    let global = networks.alignment(TEAMRun.options(negatives: .drawn))
    networks.tokens = TokenShape(
      visualCount: 1, textCount: 1, visualWidth: networks.dimensions.visual,
      textWidth: networks.dimensions.text)
    var options = TEAMRun.options(negatives: .drawn)
    options.blockCount = 1
    let tokens = networks.alignment(options)
    let (a, b) = (global.parameters, tokens.parameters)
    let block = "alignment.team.block0"
    func values(_ name: String) throws -> [Float] {
      b[try #require(b.layout.slot(named: name))].matrix().values
    }
    // W_o b_v + b_o of self-attention: one word sees itself alone, and LN(0) is 0.
    let (weight, value) = (
      try values("\(block).self.output.weight"), try values("\(block).self.value.bias")
    )
    let constant = try values("\(block).self.output.bias").enumerated().map { row, bias in
      value.indices.reduce(bias) { $0 + weight[row * value.count + $1] * value[$1] }
    }
    a.copyValues(from: b)
    let bias = a[try #require(a.layout.slot(named: "\(block).cross.output.bias"))]
    for column in constant.indices { bias.pointer[column] += constant[column] }
    let plain = networks.fixture(.full)
    let rows = plain.withBatch { ($0.visual.matrix(), $0.text.matrix()) }
    let fixture = plain.with(
      TokenFixture(
        networks.tokens ?? TokenShape(visualCount: 1, textCount: 1, visualWidth: 1, textWidth: 1),
        visual: rows.0, text: rows.1,
        isWord: [Bool](repeating: true, count: rows.0.rowCount)))
    let pool = WorkerPool(threads: 1)
    let (one, other) = fixture.withBatch {
      (global.evaluate($0, step: 2, pool: pool), tokens.evaluate($0, step: 2, pool: pool))
    }
    expectClose([one.alignment], [other.alignment], tolerance: 1e-6, "loss")
    let gradients = b.named(gradients: true)
    for (name, gradient) in a.named(gradients: true) {
      expectClose(
        try #require(gradients[name]), gradient, tolerance: 1e-5, absolute: 1e-7, name)
    }
  }

  @Test(arguments: [0, 1]) func fewerThanTwoPairsWithTokens(count: Int) {
    let networks = Networks.withTokens(batchSize: 5)
    let network = networks.alignment(TEAMRun.options())
    let gradients = network.parameters.gradients
    gradients.pointer.update(repeating: 7, count: gradients.count)
    let terms = networks.tokenFixture(count == 0 ? .noText : .oneText).withBatch {
      network.evaluate($0, step: 0, pool: WorkerPool(threads: 1))
    }
    #expect(terms.alignment == 0)
    for (name, gradient) in network.parameters.named(gradients: true)
    where name.hasPrefix("alignment.team") || name.hasPrefix("alignment.text") {
      #expect(gradient.values.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  @Test func theScalesStartAtTheirLogarithm() {
    let run = TEAMRun(drawn, capacity: 2, width: 3)
    #expect(run.block.scales.map { run.block[$0].pointer[0] } == [2.66, 2.66])
    let weights = run.block.layout.slots.filter { $0.name.hasSuffix("norm.weight") }
    for slot in weights { #expect(run.block[slot].matrix().values == [1, 1, 1]) }
    #expect((weights + run.block.scales).allSatisfy { $0.isVector }, "exempt from weight decay")
  }
}
