// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What `fit --json` prints.
struct FitSummary: Encodable {
  let model: String
  let decision: Model.Decision
  let calibrationTemperature: Double
  let classes: Int
  let report: FitReport

  init(model directory: String, _ model: Model) {
    self.model = directory
    decision = model.decision
    calibrationTemperature = model.calibrationTemperature
    classes = model.classNames.count
    report = model.report
  }
}
