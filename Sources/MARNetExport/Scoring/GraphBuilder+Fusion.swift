// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetHeads

/// Classifier(x_EMA ⊕ x_CDR) (MARNet, arXiv 2407.18854, eq. 24); formulas of the operators
/// stand at `FusionOperator`.
extension GraphBuilder {
  /// Logits of every draw, `[N, K, C]`.
  ///
  /// - Parameters:
  ///   - aligned: `[N, d]`.
  ///   - reconstructed: `[N, K, Ds]`.
  mutating func fusion(
    _ aligned: Value, _ reconstructed: Value, configuration: Configuration
  ) -> Value {
    var (a, b) = (aligned, reconstructed)
    if configuration.training.scheme == .staged {
      a = standardized(a, "fusion.aligned")
      b = standardized(b, "fusion.reconstructed")
    }
    let fusion = configuration.fusion
    if fusion.mode == .logit {
      return joined(
        forAllDraws(linear(a, "fusion.visualHead")), linear(b, "fusion.semanticHead"),
        by: fusion.fusionOperator)
    }
    guard fusion.fusionOperator == .concatenation else {
      return linear(
        joined(forAllDraws(a), linear(b, "fusion.projection"), by: fusion.fusionOperator),
        "fusion.classifier")
    }
    // [a | b] Wᵀ in two parts: a need not be repeated for every draw.
    let d = configuration.alignment.dimension
    let width = parameter("fusion.classifier.weight").shape[1]
    let first = forAllDraws(product(a, "fusion.classifier", columns: ("aligned", 0..<d)))
    let second = product(b, "fusion.classifier", columns: ("reconstructed", d..<width))
    return addingBias(
      node("Add", [first, second], as: "fusion.classifier.sum"), "fusion.classifier")
  }

  /// a ⊕ b; concatenation is no operation of its own here.
  private mutating func joined(
    _ a: Value, _ b: Value, by fusionOperator: FusionOptions.Operator
  ) -> Value {
    let name = "fusion.joined"
    switch fusionOperator {
    case .concatenation:
      preconditionFailure("concatenation is computed by the parts of its classifier")
    case .addition:
      return node("Add", [a, b], as: name)
    case .multiplication:
      return node("Mul", [a, b], as: name)
    case .sum:
      return logSigmoid(node("Add", [a, b], as: "\(name).sum"), as: name)
    case .harmonic:
      let logZ = node(
        "Add",
        [logSigmoid(a, as: "\(name).first"), logSigmoid(b, as: "\(name).second")],
        as: "\(name).logZ")
      let bounded = logSum(logZ, FusionOperator.logEpsilon, as: "\(name).numerator")
      return node("Sub", [bounded, node("Softplus", [logZ], as: "\(name).denominator")], as: name)
    }
  }

  /// ln(eˣ + eʸ) = max(x, y) + softplus(−|x − y|): no digit of a small sum is lost.
  private mutating func logSum(_ x: Value, _ y: Float, as name: String) -> Value {
    let other = scalar(y)
    let distance = node(
      "Abs", [node("Sub", [x, other], as: "\(name).difference")], as: "\(name).distance")
    let rest = node(
      "Softplus", [node("Neg", [distance], as: "\(name).negated")], as: "\(name).rest")
    return node("Add", [node("Max", [x, other], as: "\(name).larger"), rest], as: name)
  }
}
