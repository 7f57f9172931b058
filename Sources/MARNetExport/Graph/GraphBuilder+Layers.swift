// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Layers of the heads, for rows that stand last: `[..., width]`.
extension GraphBuilder {
  /// x Wᵀ of layer `layer`.
  ///
  /// - Parameter columns: the part of the layer's input that x is, with a name for it.
  mutating func product(
    _ x: Value, _ layer: String, columns: (name: String, range: Range<Int>)? = nil
  ) -> Value {
    let weight = parameter("\(layer).weight")
    let (rows, width) = (weight.shape[0], weight.shape[1])
    let range = columns?.range ?? 0..<width
    let name = columns.map { "\(layer).weight.\($0.name)" } ?? "\(layer).weight"
    // MatMul takes [in, out]; model files hold [out, in].
    let transposed = constant(name, [range.count, rows]) {
      range.flatMap { column in
        (0..<rows).map { weight.values[$0 * width + column] }
      }
    }
    return node("MatMul", [x, transposed], as: "\(layer).product")
  }

  /// x Wᵀ + b.
  mutating func linear(_ x: Value, _ layer: String) -> Value {
    addingBias(product(x, layer), layer)
  }

  mutating func addingBias(_ x: Value, _ layer: String) -> Value {
    node("Add", [x, vector("\(layer).bias")], as: layer)
  }

  /// A bias or a statistic of the model.
  mutating func vector(_ name: String) -> Value {
    let tensor = parameter(name)
    return constant(name, tensor.shape) { tensor.values }
  }

  /// (x − mean) scale.
  mutating func standardized(_ x: Value, _ statistics: String) -> Value {
    let centred = node("Sub", [x, vector("\(statistics).mean")], as: "\(statistics).centred")
    return node("Mul", [centred, vector("\(statistics).scale")], as: statistics)
  }

  mutating func silu(_ x: Value, as name: String) -> Value {
    let gate = node("Sigmoid", [x], as: "\(name).gate")
    return node("Mul", [x, gate], as: name)
  }

  /// log σ(x) = −softplus(−x).
  mutating func logSigmoid(_ x: Value, as name: String) -> Value {
    let positive = node(
      "Softplus", [node("Neg", [x], as: "\(name).negated")], as: "\(name).softplus")
    return node("Neg", [positive], as: name)
  }

  mutating func softmax(_ x: Value, as name: String) -> Value {
    node("Softmax", [x], as: name, [("axis", .integer(-1))])
  }

  /// ln p, bounded below where a probability underflowed.
  mutating func logarithm(_ probabilities: Value, as name: String) -> Value {
    let smallest = scalar(.leastNormalMagnitude)
    return node("Log", [node("Max", [probabilities, smallest], as: "\(name).bounded")], as: name)
  }

  /// `[N, K, C]` logits of K draws -> ln of their mean probability, `[N, C]`.
  mutating func logOfMean(_ logits: Value, as name: String) -> Value {
    let probabilities = softmax(logits, as: "\(name).probabilities")
    let mean = meanOfDraws(probabilities, as: "\(name).mean")
    return logarithm(mean, as: name)
  }

  /// `[N, K, D]` -> `[N, D]`.
  mutating func meanOfDraws(_ x: Value, as name: String) -> Value {
    node("ReduceMean", [x], as: name, [("axes", .integers([1])), ("keepdims", .integer(0))])
  }

  /// `[N, D]` -> `[N, 1, D]`: what all draws of a row share.
  mutating func forAllDraws(_ x: Value) -> Value {
    node("Unsqueeze", [x, integers([1])], as: "\(x.name).forAllDraws")
  }
}
