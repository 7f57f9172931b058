// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// A fitted MARNet: scores images alone. Only a fit or a model directory makes one.
public struct Model: Sendable {
  /// What predicts.
  public enum Decision: String, Codable, Sendable {
    /// MARNet's heads.
    case marnet
    /// The linear probe: on held-out rows MARNet was worse by more than one standard error.
    case probe
  }

  /// The configuration that repeats this model on the same data.
  public let configuration: Configuration
  /// Names of the classes, in the order of their indices.
  public let classNames: [String]
  /// Width of a visual row, Dv.
  public let visualWidth: Int
  /// Width of a text row at fit, Ds.
  public let textWidth: Int
  /// Fingerprint of the rows it was fitted on.
  public let dataFingerprint: String
  /// What predicts: MARNet or, after the fallback, the probe.
  public let decision: Decision
  /// Divides the final log-probabilities; 1 where no rows were held out.
  public let calibrationTemperature: Double
  /// What the fit found on held-out rows.
  public let report: FitReport
  /// Mean losses an epoch; empty for a model read from a directory.
  public let epochs: [EpochRecord]

  let visualStandardizer: Standardizer
  let textStandardizer: Standardizer
  let probe: Probe
  let heads: TrainedHeads
  let controls: Controls

  /// Networks that never saw text, kept beside the model on request.
  struct Controls: Sendable {
    var imageOnly: [ImageOnlyHead] = []
    var joint: TrainedHeads?
  }

  /// The log-probabilities of whatever predicts, calibrated.
  func calibrated(_ logProbabilities: Matrix) -> Matrix {
    LogProbabilities.tempered(logProbabilities, temperature: calibrationTemperature)
  }
}
