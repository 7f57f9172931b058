// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Classifier(x_EMA ⊕ x_CDR) (MARNet, arXiv 2407.18854, eq. 24), or CF-VQA's fusion of the
/// branches' logits.
package struct FusionHead: Sendable {
  /// On what the operator acts.
  package enum Mode: String, Sendable, Codable, CaseIterable {
    /// On the features, then one classifier: the paper.
    case representation
    /// On the logits of two heads, whose joined value is the logit; each head also has its
    /// own cross-entropy. Concatenation is undefined here.
    case logit
  }

  /// The layers of a mode.
  package enum Layers: Sendable {
    /// `projection` brings x_CDR to x_EMA's width for all operators but concatenation.
    case representation(projection: Linear?, classifier: Linear)
    case logit(visual: Linear, semantic: Linear)
  }

  package let fusionOperator: FusionOperator
  package let layers: Layers

  package init(
    _ fusionOperator: FusionOperator, mode: Mode, dimensions: HeadDimensions,
    in layout: inout ParameterLayout
  ) {
    self.fusionOperator = fusionOperator
    let (a, b, classes) = (dimensions.aligned, dimensions.text, dimensions.classes)
    switch mode {
    case .representation where fusionOperator == .concatenation:
      layers = .representation(
        projection: nil,
        classifier: Linear("fusion.classifier", inputs: a + b, outputs: classes, in: &layout))
    case .representation:
      layers = .representation(
        projection: Linear("fusion.projection", inputs: b, outputs: a, in: &layout),
        classifier: Linear("fusion.classifier", inputs: a, outputs: classes, in: &layout))
    case .logit:
      precondition(
        fusionOperator != .concatenation, "concatenation of logits is not a fusion")
      layers = .logit(
        visual: Linear("fusion.visualHead", inputs: a, outputs: classes, in: &layout),
        semantic: Linear("fusion.semanticHead", inputs: b, outputs: classes, in: &layout))
    }
  }

  /// Names of the parameters of all layers.
  var parameterNames: Set<String> {
    let linears: [Linear?] =
      switch layers {
      case .representation(let projection, let classifier): [projection, classifier]
      case .logit(let visual, let semantic): [visual, semantic]
      }
    return Set(
      linears.compactMap { $0 }.flatMap { [$0.weight.name, $0.bias?.name] }.compactMap { $0 })
  }

  /// Memory of a pass over `rows` rows.
  package struct Scratch: Sendable {
    /// x_CDR projected, or the semantic head's logits.
    let second: MatrixView
    /// The visual head's logits (logit mode).
    let first: MatrixView
    let joined: MatrixView

    package struct Slots: Sendable {
      let second: Workspace.Slot
      let first: Workspace.Slot
      let joined: Workspace.Slot
    }

    package init(_ slots: Slots, in workspace: Workspace) {
      second = workspace[slots.second]
      first = workspace[slots.first]
      joined = workspace[slots.joined]
    }

    private init(second: MatrixView, first: MatrixView, joined: MatrixView) {
      self.second = second
      self.first = first
      self.joined = joined
    }

    func rows(_ range: Range<Int>) -> Scratch {
      Scratch(
        second: second.rows(range), first: first.rows(range), joined: joined.rows(range))
    }
  }

  package func reserve(
    rows: Int, _ dimensions: HeadDimensions, in workspace: inout Workspace
  ) -> Scratch.Slots {
    switch layers {
    case .representation(let projection, let classifier):
      return Scratch.Slots(
        second: workspace.reserve(rows, projection == nil ? 0 : dimensions.aligned),
        first: workspace.reserve(rows, 0),
        joined: workspace.reserve(rows, classifier.weight.columnCount))
    case .logit:
      return Scratch.Slots(
        second: workspace.reserve(rows, dimensions.classes),
        first: workspace.reserve(rows, dimensions.classes),
        joined: workspace.reserve(rows, 0))
    }
  }

  /// `aligned` `[rows, d]` and `reconstructed` `[rows, Ds]` -> `logits` `[rows, C]`.
  package func forward(
    _ aligned: MatrixView, _ reconstructed: MatrixView, into logits: MatrixView,
    scratch: Scratch, _ parameters: ParameterBlock
  ) {
    switch layers {
    case .representation(let projection, let classifier):
      var second = reconstructed
      if let projection {
        projection.forward(reconstructed, into: scratch.second, parameters)
        second = scratch.second
      }
      fusionOperator.forward(aligned, second, into: scratch.joined)
      classifier.forward(scratch.joined, into: logits, parameters)
    case .logit(let visual, let semantic):
      visual.forward(aligned, into: scratch.first, parameters)
      semantic.forward(reconstructed, into: scratch.second, parameters)
      fusionOperator.forward(scratch.first, scratch.second, into: logits)
    }
  }
}
