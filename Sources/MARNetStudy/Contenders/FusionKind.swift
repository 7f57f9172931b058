// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A fusion operator in one of its modes (MARNet, eq. 24).
struct FusionKind: Sendable, Equatable {
  let fusionOperator: FusionOptions.Operator
  let mode: FusionOptions.Mode

  /// Concatenation of logits is no fusion.
  static let all = FusionOptions.Mode.allCases.flatMap { mode in
    FusionOptions.Operator.allCases.compactMap { one in
      mode == .logit && one == .concatenation
        ? nil : FusionKind(fusionOperator: one, mode: mode)
    }
  }

  init(fusionOperator: FusionOptions.Operator, mode: FusionOptions.Mode) {
    self.fusionOperator = fusionOperator
    self.mode = mode
  }

  init(_ options: FusionOptions) {
    self.init(fusionOperator: options.fusionOperator, mode: options.mode)
  }

  var id: String {
    mode == .logit
      ? "fusion-logit-\(fusionOperator.rawValue)" : "fusion-\(fusionOperator.rawValue)"
  }

  var title: String {
    "+ fusion, \(fusionOperator.rawValue)" + (mode == .logit ? " of logits" : "")
  }
}
