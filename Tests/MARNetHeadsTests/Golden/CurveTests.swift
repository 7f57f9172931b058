// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Training curves of every network against the reference implementation: losses, first
/// gradient, gradient norms and final parameters.
@Suite struct CurveTests {
  @Test(arguments: ["full", "masked"])
  func jointNetwork(name: String) throws {
    let golden = try Golden(file: "joint_curve")
    let stored = try golden["cases"][name]
    let fixture = try batch(stored)
    var options = NetworkOptions()
    options.alignmentLoss = InfoNCE(temperature: try golden["tau"].float)
    options.alignmentWeight = try golden["beta"].float
    options.reconstructionWeight = try golden["gamma"].float
    options.textScale = try golden["textScale"].float
    options.dropout = try golden["dropout"].float
    options.hasSkip = true
    let network = JointNetwork(
      dimensions: try dimensions(golden),
      schedule: try NoiseSchedule(kind: .cosine, stepCount: try golden["T"].int),
      options: options,
      batchSize: fixture.count, key: RandomKey(seed: try stored["seed"].bits))
    try CurveReplay(
      settings: golden, run: stored,
      terms: [
        ("alignment", \.alignmentClassification, 1),
        ("reconstruction", \.reconstructionClassification, 1),
        ("fusion", \.fusionClassification, 1),
        ("infoNCE", \.alignment, try golden["beta"].double),
        ("mse", \.reconstruction, try golden["gamma"].double),
      ]
    ).check(network, on: fixture)
  }

  @Test(arguments: ["stage1", "imageOnly"])
  func alignmentNetwork(name: String) throws {
    let golden = try Golden(file: "alignment_curve")
    let stored = try golden["cases"][name]
    let fixture = try batch(stored, textWidth: try golden["Ds"].int)
    let beta = try stored["beta"].float
    var options = NetworkOptions()
    if beta > 0 { options.alignmentLoss = InfoNCE(temperature: try golden["tau"].float) }
    options.alignmentWeight = beta
    options.dropout = try golden["dropout"].float
    let network = AlignmentNetwork(
      dimensions: try dimensions(golden), options: options, batchSize: fixture.count,
      key: RandomKey(seed: try stored["seed"].bits))
    var replay = CurveReplay(
      settings: golden, run: stored, terms: [("alignment", \.alignmentClassification, 1)])
    if beta > 0 {
      replay = CurveReplay(
        settings: golden, run: stored,
        terms: replay.terms + [("infoNCE", \.alignment, Double(beta))])
    }
    try replay.check(network, on: fixture)
  }

  @Test func reconstructionNetwork() throws {
    let golden = try Golden(file: "reconstruction_curve")
    let stored = try golden["cases"]["stage2"]
    let fixture = try batch(stored)
    var options = NetworkOptions()
    options.reconstructionWeight = try golden["gamma"].float
    options.textScale = try golden["textScale"].float
    options.dropout = try golden["dropout"].float
    let network = ReconstructionNetwork(
      dimensions: try dimensions(golden),
      schedule: try NoiseSchedule(kind: .cosine, stepCount: try golden["T"].int),
      options: options, batchSize: fixture.count, key: RandomKey(seed: try stored["seed"].bits))
    try CurveReplay(
      settings: golden, run: stored,
      terms: [
        ("reconstruction", \.reconstructionClassification, 1),
        ("mse", \.reconstruction, try golden["gamma"].double),
      ]
    ).check(network, on: fixture)
  }

  @Test(arguments: FusionHead.Mode.allCases, FusionOperator.allCases)
  func fusionNetwork(mode: FusionHead.Mode, fusion: FusionOperator) throws {
    guard mode == .representation || fusion != .concatenation else { return }
    let golden = try Golden(file: "fusion_curve")
    let stored = try golden[mode == .logit ? "logits" : "representation"][fusion.rawValue]
    let weights = try golden["weights"].floats
    let fixture = BatchFixture(
      visual: try golden["aligned"].matrix, text: try golden["reconstructed"].matrix,
      targets: try golden["targets"].matrix, weights: weights, hasText: weights)
    let network = FusionNetwork(
      dimensions: try dimensions(golden), fusionOperator: fusion, mode: mode,
      dropout: try golden["dropout"].float, batchSize: fixture.count,
      key: RandomKey(seed: try golden["seed"].bits))
    let terms: [(String, KeyPath<LossTerms, Double>, Double)] =
      mode == .representation
      ? []
      : [
        ("fused", \.fusionClassification, 1), ("visual", \.alignmentClassification, 1),
        ("semantic", \.reconstructionClassification, 1),
      ]
    try CurveReplay(settings: golden, run: stored, terms: terms).check(network, on: fixture)
  }

  private func dimensions(_ golden: Golden) throws -> HeadDimensions {
    func size(_ key: String) throws -> Int { golden.has(key) ? try golden[key].int : 1 }
    return HeadDimensions(
      visual: try size("Dv"), text: try size("Ds"), classes: try size("C"),
      aligned: try size("d"), hidden: try size("H"), timeEmbedding: try size("E"))
  }

  private func batch(_ stored: Golden, textWidth: Int = 0) throws -> BatchFixture {
    let visual = try stored["visual"].matrix
    let ones = [Float](repeating: 1, count: visual.rowCount)
    return BatchFixture(
      visual: visual,
      text: stored.has("text")
        ? try stored["text"].matrix
        : Matrix(rowCount: visual.rowCount, columnCount: textWidth, repeating: .nan),
      targets: try stored["targets"].matrix, weights: try stored["weights"].floats,
      hasText: stored.has("hasText") ? try stored["hasText"].floats : ones)
  }
}
