// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetExport
import Testing

/// The form of exported graphs; what they compute is checked with onnxruntime
/// (Tests/Export/check.py).
@Suite struct ScoringGraphTests {
  private func graph(
    _ model: Model, _ change: (inout ExportOptions) -> Void = { _ in }
  ) throws -> ONNXGraph {
    var options = ExportOptions()
    change(&options)
    return try ScoringGraph(model, options).graph()
  }

  /// Every value a node reads was made before it, by one node, input or constant.
  private func requireIsOrdered(_ graph: ONNXGraph) {
    let inputs = graph.inputs.map(\.name)
    let constants = graph.tensors.map(\.name)
    #expect(Set(constants).count == constants.count)
    var known = Set(inputs + constants)
    for node in graph.nodes {
      for name in node.inputs { #expect(known.contains(name), "\(node.name) reads \(name)") }
      for name in node.outputs { #expect(known.insert(name).inserted, "\(name) is made twice") }
    }
    for output in graph.outputs { #expect(known.contains(output.name)) }
  }

  private func count(_ operation: String, in graph: ONNXGraph) -> Int {
    graph.nodes.count { $0.operation == operation }
  }

  @Test func inputsAndOutputs() throws {
    let model = try ExportedModel.fit()
    let graph = try graph(model) {
      $0.includesEmbedding = true
      $0.includesReconstruction = true
    }
    requireIsOrdered(graph)
    #expect(
      graph.inputs == [
        ONNXValue(name: "visual", element: .float, shape: [.named("N"), .fixed(20)]),
        ONNXValue(
          name: "noise", element: .float,
          shape: [.named("noise_rows"), .fixed(2), .fixed(1), .fixed(6)]),
      ])
    #expect(
      graph.outputs.map(\.name) == ["embedding", "reconstruction", "probabilities", "prediction"])
    #expect(graph.outputs.map(\.element) == [.float, .float, .float, .int64])
    #expect(graph.outputs[3].shape == [.named("N")])
  }

  /// The constant is the noise that `score` would give a row with key 0; a row of vectors a draw.
  @Test(arguments: [
    (SamplingOptions.Method.oneStep, 1, 1), (.ddim, 1, 10), (.ddpm, 50, 50),
  ])
  func noise(sampler: SamplingOptions.Method, vectors: Int, calls: Int) throws {
    let model = try ExportedModel.fit(.paper)
    var options = ExportOptions()
    options.scoring.sampler = sampler
    options.scoring.draws = 3
    options.scoring.seed = 9
    let scoring = try ScoringGraph(model, options)
    let plan = try #require(scoring.plan)
    let graph = scoring.graph()
    requireIsOrdered(graph)
    #expect(plan.steps.count == calls)
    #expect(count("Sigmoid", in: graph) == 3 * calls)
    let constant = try #require(graph.tensors.first { $0.name == "noise" })
    #expect(constant.shape == [1, 3, vectors, 6])
    guard case .floats(let values) = constant.values else { return }
    #expect(values() == plan.noise(rowKeys: [0]))
    #expect(plan.noise(rowKeys: [7, 0]).suffix(constant.count) == values()[...])
    #expect(Set(values()).count == constant.count, "no two numbers of the noise are one")
  }

  /// Weights of the denoiser stand in the graph once, however often it is called.
  @Test func weightsAreSharedByTheSteps() throws {
    let model = try ExportedModel.fit(.paper)
    let few = try graph(model) { $0.scoring.steps = 2 }
    let many = try graph(model) { $0.scoring.steps = 20 }
    func weights(_ graph: ONNXGraph) -> [String] {
      graph.tensors.map(\.name).filter { $0.contains("weight") }
    }
    #expect(weights(few) == weights(many))
    #expect(weights(few).contains("denoiser.input.weight.text"))
  }

  @Test func partsOfAModel() throws {
    let model = try ExportedModel.fit()
    let alignment = try graph(model) { $0.heads = .alignment }
    requireIsOrdered(alignment)
    #expect(alignment.inputs.map(\.name) == ["visual"])
    #expect(
      alignment.nodes.map(\.operation) == [
        "MatMul", "Add", "LeakyRelu", "MatMul", "Add", "Softmax", "Identity", "ArgMax", "Identity",
      ])
    let probe = try graph(model) { $0.heads = .probe }
    requireIsOrdered(probe)
    #expect(count("MatMul", in: probe) == 1)
  }

  /// A model that fell back to the probe needs no network, unless its features are asked for.
  @Test func theFallbackIsTheProbe() throws {
    let model = try ExportedModel.fit {
      $0.training.learningRate = 1e-9
      $0.validation.fallback = true
    }
    try #require(model.decision == .probe)
    let graph = try graph(model)
    #expect(graph.inputs.map(\.name) == ["visual"])
    #expect(count("MatMul", in: graph) == 1)
    let embedding = try self.graph(model) { $0.includesEmbedding = true }
    requireIsOrdered(embedding)
    #expect(embedding.inputs.count == 1)
    #expect(embedding.outputs.count == 3)
    let reconstruction = try self.graph(model) { $0.includesReconstruction = true }
    requireIsOrdered(reconstruction)
    #expect(reconstruction.inputs.count == 2)
    for graph in [graph, embedding, reconstruction] {
      #expect(!graph.tensors.contains { $0.name.hasPrefix("fusion.") })
    }
  }

  @Test func samplersForeignToTheHeadsAreRefused() throws {
    let model = try ExportedModel.fit()
    #expect(throws: ModelError.self) { try graph(model) { $0.scoring.sampler = .ddpm } }
    #expect(throws: ConfigurationError.self) { try graph(model) { $0.scoring.draws = 0 } }
  }
}
