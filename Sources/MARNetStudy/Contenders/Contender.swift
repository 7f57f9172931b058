// SPDX-License-Identifier: Apache-2.0

import MARNet

/// One row of a comparison: a way to turn the training rows into a classifier of images.
public struct Contender: Sendable, Equatable {
  /// Which table a row belongs to.
  public enum Table: String, Codable, Sendable, CaseIterable {
    /// The structure of MARNet's Table 1: alignment methods, and both presets.
    case methods
    /// The structure of MARNet's Table 2: what each module adds.
    case ablation
    /// What a sceptic asks for: nothing here uses text but the teacher's student.
    case baselines
  }

  /// Stable name, for `--only`, JSON and CSV.
  public let id: String
  /// In words.
  public let title: String
  /// Where its row stands.
  public let table: Table

  /// Every contender, in the order of the tables; the probe is first.
  public static let all: [Contender] =
    [Contender(id: probe, title: "probe (x_v)", table: .methods)]
    + AlignmentOptions.Method.allCases.map {
      Contender(id: $0.rawValue, title: $0.title, table: .methods)
    }
    + [
      Contender(id: paper, title: "MARNet, preset paper", table: .methods),
      Contender(id: plugin, title: "MARNet, preset plugin", table: .methods),
      Contender(id: ema, title: "+ EMA (alignment)", table: .ablation),
      Contender(id: mlpDenoiser, title: "+ MLP (no diffusion)", table: .ablation),
      Contender(id: cdr, title: "+ CDR (reconstruction)", table: .ablation),
    ]
    + FusionKind.all.map { Contender(id: $0.id, title: $0.title, table: .ablation) }
    + [
      Contender(id: logistic, title: "logistic regression, C tuned", table: .baselines),
      Contender(id: neighbours, title: "k nearest neighbours", table: .baselines),
      Contender(id: mlp, title: "image MLP", table: .baselines),
      Contender(id: wideMLP, title: "image MLP, MARNet's size", table: .baselines),
      Contender(id: ensemble, title: "probe + 2 image MLPs", table: .baselines),
      Contender(id: imageOnly, title: "plugin without text", table: .baselines),
      Contender(id: selfTraining, title: "self-training, images only", table: .baselines),
      Contender(id: teacher, title: "image MLP, teacher's targets", table: .baselines),
    ]

  static let probe = "probe"
  static let paper = "paper"
  static let plugin = "plugin"
  static let ema = "ema"
  static let mlpDenoiser = "mlp-denoiser"
  static let cdr = "cdr"
  static let logistic = "logistic"
  static let neighbours = "knn"
  static let mlp = "mlp"
  static let wideMLP = "mlp-wide"
  static let ensemble = "ensemble"
  static let imageOnly = "image-only"
  static let selfTraining = "self-training"
  static let teacher = "teacher"

  /// The contenders that `names` mean, ids or tables, in the order of the tables; the probe is
  /// always among them. All when there are no names.
  ///
  /// - Throws: `StudyError.unknownContender`.
  public static func named(_ names: [String]) throws(StudyError) -> [Contender] {
    guard !names.isEmpty else { return all }
    var wanted: Set<String> = [probe]
    for name in names {
      let found = all.filter { $0.id == name || $0.table.rawValue == name }
      if found.isEmpty {
        throw .unknownContender(
          name: name, known: Table.allCases.map(\.rawValue) + all.map(\.id))
      }
      wanted.formUnion(found.map(\.id))
    }
    return all.filter { wanted.contains($0.id) }
  }
}
