// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A section's content, or why there is none.
package enum Finding<Value: Sendable>: Sendable {
  case found(Value)
  case absent(String)

  package var value: Value? {
    if case .found(let value) = self { value } else { nil }
  }
}

/// Everything a page shows, as numbers and names. Pages and figures are made of this alone.
package struct ReportContent: Sendable {
  package var subject: ReportSubject
  package var verdict: Verdict
  package var predictors: Finding<PredictorTable>
  package var calibration: Finding<Calibration>
  package var confusion: Finding<Confusion>
  package var classes: Finding<ClassGains>
  package var curves: Finding<[LearningCurves]>
  package var embedding: Finding<EmbeddedRows>
  package var examples: Finding<[ExampleRow]>
  package var denoising: Finding<TracedRows>
  package var data: DataSummary
  package var settings: Settings
}

/// What the report is about.
package struct ReportSubject: Sendable, Equatable {
  /// The model directory, as given.
  package var model: String
  /// The feature files, as given.
  package var features: [String]
  /// Arguments that name them on a command line.
  package var featureArguments: String
  /// The same for commands that read no text.
  package var imageArguments: String
  /// The rows that were evaluated; nil: none.
  package var split: Split?
  /// Arguments of `evaluate` and `report` beside the model and the features.
  package var evaluationArguments: String
  /// Arguments of `report` alone.
  package var reportArguments: String
}
