// SPDX-License-Identifier: Apache-2.0

import MARNet

/// From visual rows to probabilities as one graph: what `Model.score` does, in the same order.
package struct ScoringGraph {
  private let model: Model
  private let options: ExportOptions
  /// Nil where nothing is reconstructed.
  package let plan: ReversePlan?
  private var builder: GraphBuilder

  /// - Throws: `ModelError.invalidSampling`, `ConfigurationError`.
  package init(_ model: Model, _ options: ExportOptions) throws {
    self.model = model
    self.options = options
    builder = GraphBuilder(tensors: model.tensors())
    let reconstructs = model.decision == .marnet || options.includesReconstruction
    plan = options.heads == .all && reconstructs ? try model.reversePlan(options.scoring) : nil
  }

  /// The row key of the constant noise; `score` keys the noise of each row by its values.
  package static let constantRowKey: UInt64 = 0

  package consuming func graph() -> ONNXGraph {
    let rows = ONNXValue.Size.named("N")
    let visual = builder.input("visual", [rows, .fixed(model.visualWidth)])
    let probabilities: GraphBuilder.Value
    switch options.heads {
    case .alignment: probabilities = alignmentAlone(visual)
    case .probe: probabilities = probe(builder.standardized(visual, "normalization.visual"))
    case .all: probabilities = all(builder.standardized(visual, "normalization.visual"))
    }
    builder.output(
      probabilities, as: "probabilities", [rows, .fixed(model.classNames.count)])
    let prediction = builder.node(
      "ArgMax", [probabilities], as: "largest", [("axis", .integer(-1)), ("keepdims", .integer(0))])
    builder.output(prediction, as: "prediction", [rows], of: .int64)
    return builder.graph(named: "marnet")
  }

  /// Whatever predicts, calibrated, and the features that are asked for.
  private mutating func all(_ visual: GraphBuilder.Value) -> GraphBuilder.Value {
    let isNetwork = model.decision == .marnet
    let aligned = isNetwork || options.includesEmbedding ? self.aligned(visual) : nil
    if let plan {
      let reconstructed = self.reconstructed(visual, plan)
      if isNetwork, let aligned { return calibrated(network(aligned, reconstructed)) }
    }
    let probabilities = probe(visual)
    // Probabilities at the floor do not sum to 1 any more; `score` leaves them so unless it tempers.
    guard model.calibrationTemperature != 1 else { return probabilities }
    return calibrated(builder.node("Log", [probabilities], as: "probe.logProbabilities"))
  }

  /// x_EMA, `[N, d]`.
  private mutating func aligned(_ visual: GraphBuilder.Value) -> GraphBuilder.Value {
    activated(builder.linear(visual, "alignment.visual"))
  }

  /// LeakyReLU of the projector's result; an output where it is asked for.
  private mutating func activated(_ projected: GraphBuilder.Value) -> GraphBuilder.Value {
    let alignment = model.configuration.alignment
    let aligned = builder.node(
      "LeakyRelu", [projected], as: "aligned", [("alpha", .float(Float(alignment.leakySlope)))])
    if options.includesEmbedding {
      builder.output(aligned, as: "embedding", [.named("N"), .fixed(alignment.dimension)])
    }
    return aligned
  }

  /// x_CDR of every draw, `[N, K, Ds]`; its mean is an output where it is asked for.
  private mutating func reconstructed(
    _ visual: GraphBuilder.Value, _ plan: ReversePlan
  ) -> GraphBuilder.Value {
    let reconstructed = builder.reconstruction(
      of: visual, noise: noise(plan), plan: plan, configuration: model.configuration)
    if options.includesReconstruction {
      builder.output(
        builder.meanOfDraws(reconstructed, as: "reconstructed.mean"), as: "reconstruction",
        [.named("N"), .fixed(model.textWidth)])
    }
    return reconstructed
  }

  /// Log-probabilities of MARNet's heads together, `[N, C]`.
  private mutating func network(
    _ aligned: GraphBuilder.Value, _ reconstructed: GraphBuilder.Value
  ) -> GraphBuilder.Value {
    let configuration = model.configuration
    let fusion = builder.logOfMean(
      builder.fusion(aligned, reconstructed, configuration: configuration),
      as: "fusion.logProbabilities")
    guard configuration.fusion.prediction == .averageOfHeads else { return fusion }
    let alignment = builder.logarithm(
      builder.softmax(
        builder.linear(aligned, "alignment.classifier"), as: "alignment.probabilities"),
      as: "alignment.logProbabilities")
    let reconstruction = builder.logOfMean(
      builder.linear(reconstructed, "reconstruction.classifier"),
      as: "reconstruction.logProbabilities")
    let heads = builder.node("Sum", [alignment, reconstruction, fusion], as: "heads.sum")
    return builder.node("Div", [heads, builder.scalar(3)], as: "heads.mean")
  }

  /// An input that may be left out: a constant of the same name stands in for it.
  private mutating func noise(_ plan: ReversePlan) -> GraphBuilder.Value {
    let shape = [plan.draws, plan.noiseVectors, plan.textWidth]
    _ = builder.constant("noise", [1] + shape) { plan.noise(rowKeys: [Self.constantRowKey]) }
    return builder.input("noise", [.named("noise_rows")] + shape.map { .fixed($0) })
  }

  /// softmax(x / T).
  private mutating func calibrated(_ logProbabilities: GraphBuilder.Value) -> GraphBuilder.Value {
    let temperature = builder.scalar(Float(model.calibrationTemperature))
    return builder.softmax(
      builder.node("Div", [logProbabilities, temperature], as: "tempered"), as: "calibrated")
  }

  /// The probe's probabilities of standardised rows, none below its floor.
  private mutating func probe(_ visual: GraphBuilder.Value) -> GraphBuilder.Value {
    let probabilities = builder.softmax(builder.linear(visual, "probe"), as: "probe.probabilities")
    let floor = builder.scalar(Probe.smallestProbability)
    return builder.node("Max", [probabilities, floor], as: "probe.bounded")
  }

  /// Normalisation folded into the projector, W s x + (b − W s m), then the alignment head.
  private mutating func alignmentAlone(_ visual: GraphBuilder.Value) -> GraphBuilder.Value {
    let weight = builder.parameter("alignment.visual.weight")
    let bias = builder.parameter("alignment.visual.bias")
    let mean = builder.parameter("normalization.visual.mean")
    let scale = builder.parameter("normalization.visual.scale")
    let (d, width) = (weight.shape[0], weight.shape[1])
    let foldedWeight = builder.constant("alignment.folded.weight", [width, d]) {
      (0..<width).flatMap { column in
        (0..<d).map { weight.values[$0 * width + column] * scale.values[column] }
      }
    }
    let foldedBias = builder.constant("alignment.folded.bias", [d]) {
      (0..<d).map { unit in
        (0..<width).reduce(into: Double(bias.values[unit])) { sum, column in
          let folded = weight.values[unit * width + column] * scale.values[column]
          sum -= Double(folded) * Double(mean.values[column])
        }
      }.map(Float.init)
    }
    let projected = builder.node(
      "Add",
      [builder.node("MatMul", [visual, foldedWeight], as: "alignment.folded"), foldedBias],
      as: "alignment.projected")
    let aligned = activated(projected)
    return builder.softmax(
      builder.linear(aligned, "alignment.classifier"), as: "alignment.probabilities")
  }
}
