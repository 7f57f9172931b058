// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

extension ScoringOptions {
  /// What the score of a row depends on besides the row.
  func attributes(for model: Model) -> [String: ScoreAttribute] {
    let sampling = effective(for: model.configuration)
    let products: String
    switch precision.forScoring(difference: model.report.bfloat16Difference) {
    case .float32: products = "float32"
    // Processors without such products round the operands instead: other bits.
    case .bfloat16:
      products = ProductKernel.hasFastBfloat16 ? "bfloat16" : "bfloat16 by rounded operands"
    }
    return [
      "tool": .text("marnet-plugin \(ToolVersion.current)"),
      "model": .text(model.fingerprint), "model_data": .text(model.dataFingerprint),
      "sampler": .text(sampling.sampler.rawValue), "steps": .integer(sampling.steps),
      "eta": .real(sampling.eta), "draws": .integer(sampling.draws),
      "seed": .unsigned(seed ?? model.configuration.seed), "precision": .text(products),
    ]
  }
}
