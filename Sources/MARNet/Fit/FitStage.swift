// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What a fit does one after the other: a name for people, what kind of work it is, how much.
struct FitStage: Equatable {
  /// Stages of one kind take the same time for the same work.
  enum Kind: Hashable {
    case prefit, joint, control, alignment, reconstruction, fusion, imageOnly
  }

  static let joint = "joint network"
  static let control = "image-only control"
  static let alignment = "stage 1 of 3, alignment"
  static let reconstruction = "stage 2 of 3, reconstruction"
  static let fusion = "stage 3 of 3, fusion"
  /// Image-only networks that stand beside the probe.
  static let imageOnlyCount = 2

  /// - Parameter index: from 0.
  static func imageOnly(_ index: Int) -> String {
    "image-only network \(index + 1) of \(imageOnlyCount)"
  }

  static func prefit(_ purpose: String) -> String { "linear prefit, \(purpose)" }

  var name: String
  var kind: Kind
  /// Rows of a prefit, steps of a network.
  var work: Int

  /// What `FitRun.model` trains, in its order.
  static func all(
    _ configuration: Configuration, _ data: PreparedData, key: RandomKey
  ) -> [FitStage] {
    let all = data.rows.rowCount
    let held = data.heldOutPositions(configuration.validation, key: key).count
    let isTested = held > 0 && held >= configuration.validation.minimumRows
    let first = [FitStage(name: prefit("all rows"), kind: .prefit, work: all)]
    if isTested, data.validation != nil {
      return first
        + networks(configuration, rowCount: all, purpose: "fit", withImageOnly: true)
    }
    let rest = all - held
    let test =
      isTested
      ? [FitStage(name: prefit("held-out test"), kind: .prefit, work: rest)]
        + networks(configuration, rowCount: rest, purpose: "held-out test", withImageOnly: true)
      : []
    return first + test
      + networks(
        configuration, rowCount: all, purpose: "final fit",
        withImageOnly: configuration.validation.keepsImageOnly)
  }

  /// The networks that are trained on `rowCount` rows, in their order.
  private static func networks(
    _ configuration: Configuration, rowCount: Int, purpose: String, withImageOnly: Bool
  ) -> [FitStage] {
    // Parts of unequal size may make a step fewer in each pass: this is for forecasts.
    let batchSize = min(configuration.training.batchSize, max(rowCount, 1))
    let steps = configuration.training.stepCount(stepsPerEpoch: max(1, rowCount / batchSize))
    var stages: [FitStage]
    switch configuration.training.scheme {
    case .joint:
      stages = [FitStage(name: joint, kind: .joint, work: steps)]
      if configuration.validation.imageOnlyControl {
        stages.append(FitStage(name: control, kind: .control, work: steps))
      }
    case .staged:
      stages = [
        FitStage(name: alignment, kind: .alignment, work: steps),
        FitStage(name: reconstruction, kind: .reconstruction, work: steps),
        FitStage(name: fusion, kind: .fusion, work: configuration.training.fusionSteps),
      ]
    }
    if withImageOnly {
      stages += (0..<imageOnlyCount).map {
        FitStage(name: imageOnly($0), kind: .imageOnly, work: steps)
      }
    }
    return stages.map {
      FitStage(name: "\($0.name), \(purpose)", kind: $0.kind, work: $0.work)
    }
  }
}

extension ValidationOptions {
  /// Whether the networks that never saw text go into the model.
  var keepsImageOnly: Bool { imageOnlyEnsemble || imageOnlyControl }
}
