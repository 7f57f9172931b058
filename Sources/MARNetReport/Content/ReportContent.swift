// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A section's content, or why there is none.
enum Finding<Value: Sendable>: Sendable {
  case found(Value)
  case absent(String)

  var value: Value? {
    if case .found(let value) = self { value } else { nil }
  }
}

/// Everything a page shows, as numbers and names. Pages and figures are made of this alone.
struct ReportContent: Sendable {
  var subject: ReportSubject
  var verdict: Verdict
  var predictors: Finding<PredictorTable>
  var calibration: Finding<Calibration>
  var confusion: Finding<Confusion>
  var classes: Finding<ClassGains>
  var curves: Finding<[LearningCurves]>
  var embedding: Finding<EmbeddedRows>
  var examples: Finding<[ExampleRow]>
  var denoising: Finding<DenoisingPath>
  var data: DataSummary
  var settings: Settings
}

/// What the report is about.
struct ReportSubject: Sendable, Equatable {
  /// The model directory, as given.
  var model: String
  /// The feature files, as given.
  var features: [String]
  /// Arguments that name them on a command line.
  var featureArguments: String
  /// The same for commands that read no text.
  var imageArguments: String
  /// The rows that were evaluated; nil: none.
  var split: Split?
  /// Arguments of `evaluate` and `report` beside the model and the features.
  var evaluationArguments: String
  /// Arguments of `report` alone.
  var reportArguments: String
  /// Whether the model predicts with its probe.
  var predictsWithProbe: Bool
}
