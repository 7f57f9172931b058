// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet

extension Subject {
  /// Which fit was interrupted. Values of other hyper-parameters may be right, and a version or a
  /// fit that differs is a matter of configuration.
  static let fitIdentity = checkpoint(
    "fit-identity", reading: "run.json", form: .text, statuses: [65, 74, 78])

  /// The linear prefit that an interrupted fit had finished.
  static let prefitCheckpoint = checkpoint(
    "checkpoint-prefit", reading: "finished-linear-prefit-all-rows.bin", form: .checkpoint,
    statuses: [65, 70, 74])

  /// The state of a network that an interrupted fit was training.
  static let courseCheckpoint = checkpoint(
    "checkpoint-course", reading: InterruptedFit.courseName, form: .checkpoint,
    statuses: [65, 70, 74])

  /// One file of an interrupted fit, all others of which are whole. The fit goes on to its end, as
  /// `fit --resume` does; with numbers that are possible and absurd, training may diverge (70).
  private static func checkpoint(
    _ name: String, reading fileName: String, form: Form, statuses: Set<Int32>
  ) -> Subject {
    Subject(
      name: name, fileName: ".m.checkpoint/\(fileName)", form: form, statuses: statuses,
      makeCorpus: { corpus, place in
        for (index, fit) in InterruptedFit.all.enumerated() {
          let own = index == 0 ? place : try TemporaryFolder()
          try fit.leave(beside: own.file("m"))
          let kept = own.file(".m.checkpoint/\(fileName)")
          try write(bytes(of: kept), to: corpus.file("\(index)"))
        }
      },
      parse: { path in
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
          .deletingLastPathComponent()
        let checkpoints = try FitCheckpoints(
          resuming: folder.appendingPathComponent("m").path, schedule: .never)
        guard let configuration = checkpoints.configuration else { return }
        let trainer = try Trainer(configuration: configuration, threads: 1)
        // With other hyper-parameters it is another fit, which may take any time.
        guard configuration == InterruptedFit.all[0].configuration else { return }
        let model = try trainer.fit(InterruptedFit.all[0].rows.get(), checkpoints: checkpoints)
        try model.save(to: folder.appendingPathComponent("saved").path, overwrite: true)
      })
  }
}

/// A fit that was stopped in the middle of its last network.
private struct InterruptedFit: Sendable {
  let configuration: Configuration
  let rows: Result<PairedRows, any Error>

  static let courseName = "checkpoint-000001.bin"

  /// The one that goes on, one of other shapes, and one of the other preset.
  static let all: [InterruptedFit] = {
    var narrow = SyntheticParameters()
    narrow.trainRows = 90
    narrow.testRows = 30
    narrow.classCount = 4
    narrow.visualWidth = 5
    narrow.textWidth = 3
    let parameters = narrow
    return [
      InterruptedFit(
        configuration: FuzzModel.configuration(.plugin),
        rows: Result { try FuzzModel.features.pairedRows(.train) }),
      InterruptedFit(
        configuration: FuzzModel.configuration(.plugin),
        rows: Result { try SyntheticFeatures(parameters).pairedRows(.train) }),
      InterruptedFit(
        configuration: FuzzModel.configuration(.paper),
        rows: Result { try FuzzModel.features.pairedRows(.train) }),
    ]
  }()

  /// Leaves what the fit keeps beside `output`, its last checkpoint as `courseName`.
  func leave(beside output: String) throws {
    let checkpoints = try FitCheckpoints(output: output, schedule: .epochs(1))
    do {
      _ = try Trainer(configuration: configuration, threads: 1).fit(
        rows.get(), checkpoints: checkpoints
      ) { progress in
        progress.stage.hasSuffix(", final fit") && progress.epoch == 2 ? .cancel : .proceed
      }
      throw FixtureError.system("the fit was not interrupted")
    } catch FitError.suspended {}
    withExtendedLifetime(checkpoints) {}
    let target = URL(fileURLWithPath: output)
    let folder =
      target.deletingLastPathComponent().path
      + "/.\(target.lastPathComponent).checkpoint"
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasPrefix("checkpoint-") }
    let last = try bytes(of: "\(folder)/\(kept.last ?? "")")
    for name in kept { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    try write(last, to: "\(folder)/\(Self.courseName)")
  }
}
