// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The denoising path of labelled rows, and why there are no texts to hold it against.
package struct TracedRows: Sendable, Equatable {
  package var path: DenoisingPath
  /// Nil where there are texts.
  package var missingTexts: String?

  /// Traces rows of `visual`, `[N, Dv]`.
  ///
  /// What is wrong with training texts is said, not thrown: they serve one curve alone.
  ///
  /// - Throws: `ModelError`, `ConfigurationError`.
  package init(
    _ model: Model, visual: Matrix, labels: [Int32], texts file: FeatureFile,
    options: ScoringOptions, threads: Int?
  ) throws {
    var means: ClassTextMeans?
    missingTexts = nil
    do {
      means = try model.classTextMeans(of: file)
      if means == nil {
        missingTexts =
          "The features have no training text with labels and of \(model.textWidth) columns, as "
          + "the model was fitted on."
      }
    } catch let error as DataError {
      missingTexts = error.description
    }
    path = try model.denoisingPath(
      of: visual, labels: labels, means: means, options: options, threads: threads)
  }
}
