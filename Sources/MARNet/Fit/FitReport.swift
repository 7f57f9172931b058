// SPDX-License-Identifier: Apache-2.0

/// What a fit found out, above all what text was worth. Everything is measured on held-out
/// rows of the training data or on out-of-fold predictions; test rows are never read.
public struct FitReport: Codable, Sendable, Equatable {
  /// Where the held-out rows came from.
  public enum HeldOutSource: String, Codable, Sendable {
    /// The file's `val` group.
    case valGroup = "val group"
    /// A seeded stratified part of train; the model was then refitted on all rows.
    case partOfTrain = "part of train"
    /// Too few rows to test anything.
    case none
  }

  /// The three out-of-fold negative log-likelihoods that decide about text, in nats; rows are
  /// weighted by their classes where these have weights.
  public struct TextValue: Codable, Sendable, Equatable {
    /// Of the probe on x_v.
    public var imageNll: Double
    /// Of the probe on x_s.
    public var textNll: Double
    /// Of their product of experts.
    public var teacherNll: Double
    /// Exponent of the image in the teacher.
    public var imageExponent: Double
    /// Exponent of the text in the teacher.
    public var textExponent: Double
  }

  /// One predictor on the held-out rows, and its paired difference to the probe.
  public struct Branch: Codable, Sendable, Equatable {
    /// Which predictor.
    public var name: String
    /// Its metrics.
    public var metrics: ClassificationMetrics
    /// Top-1 minus the probe's, a fraction.
    public var top1Gain: PairedDifference
    /// Negative log-likelihood minus the probe's, nats; below 0 is better.
    public var nllChange: PairedDifference
  }

  /// The smallest and the largest weight of a class.
  public struct WeightRange: Codable, Sendable, Equatable {
    /// Above 0.
    public var smallest: Double
    /// No smaller.
    public var largest: Double
  }

  /// Training rows.
  public var rows: Int
  /// Training rows that have a label.
  public var labelledRows: Int
  /// Training rows that have text.
  public var rowsWithText: Int
  /// Rows by what they have; nil in models that did not count them.
  public var counts: RowCounts?
  /// Of the class weights; nil where every row counts once.
  public var classWeightRange: WeightRange?
  /// Different text vectors; few of them mean text per class.
  public var distinctTexts: Int
  /// Chosen C of the probe on x_v.
  public var probeC: Double
  /// Chosen C of the probe on x_s, where one was fitted.
  public var textProbeC: Double?
  /// What text is worth; nil where no teacher was fitted.
  public var text: TextValue?
  /// 1: text takes part in alignment and targets. 0: it is weaker than the image.
  public var gate: Double
  /// Where the held-out rows came from.
  public var heldOutSource: HeldOutSource
  /// How many.
  public var heldOutRows: Int
  /// The predictors on held-out rows: probe first; empty where nothing was held out.
  public var branches: [Branch]
  /// Calibrated negative log-likelihood of MARNet minus the probe's, which the fallback reads;
  /// rows are weighted by their classes where these have weights.
  public var fallbackNllChange: PairedDifference?
  /// What predicts.
  public var decision: Model.Decision
  /// Largest change of a probability on the rows tried when bfloat16 takes the place of
  /// float32 in scoring; nil in models that were never tried.
  public var bfloat16Difference: Double?
  /// The form of alignment, of the method that has two of them; the name of a loss of the
  /// caller's own.
  public var alignmentForm: String?
  /// Updates of the final fit.
  public var steps: Int
  /// Things the user should know.
  public var warnings: [String]

  /// What the rows were made of, what text was worth, and what predicts: one finding a sentence.
  public var findings: [String] {
    CompositionText.sentences(self) + VerdictText.sentences(self)
  }

  /// The branch of that name.
  public subscript(branch: String) -> Branch? { branches.first { $0.name == branch } }
}
