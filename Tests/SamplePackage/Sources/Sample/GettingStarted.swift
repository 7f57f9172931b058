// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// Made-up features: 600 pairs of image and text in 4 classes, and 200 images to classify.
func writeFeatures() throws {
  var parameters = SyntheticParameters()
  parameters.trainRows = 600
  parameters.testRows = 200
  parameters.classCount = 4
  parameters.visualWidth = 48
  parameters.textWidth = 16
  try SyntheticFeatures(parameters).write(to: "features.h5")
}

func fitOnFile() throws -> Model {
  let trainer = try Trainer(configuration: Configuration(preset: .plugin, seed: 1))
  let model = try trainer.fit(featuresAt: "features.h5")
  for finding in model.report.findings { print(finding) }
  try model.save(to: "features.marnet")
  return model
}

func scoreRows(with model: Model) throws {
  let loaded = try Model(directory: "features.marnet")
  let file = try FeatureFile(path: "features.h5")
  let images = try file.readVisual(.test, rows: 0..<100)
  let scores = try loaded.score(images)
  print(loaded.classNames[Int(scores.predictions[0])], scores.probabilities.row(0))
  guard try model.score(images) == scores else { throw SampleError.loadedModelDiffers }
}

func scoreFile(with model: Model) throws {
  var what = FileScoring()
  what.topK = 2
  let written = try model.score(featuresAt: "features.h5", to: "scores.csv", what)
  print(written.rowCount, "rows in", written.path)
}

func evaluate(_ model: Model) throws {
  let evaluation = try model.evaluate(featuresAt: "features.h5", split: .test)
  print("probe", evaluation.probe.top1, "MARNet", evaluation.fused.top1)
}

/// A fit on rows that a program holds, told of its progress, on two threads.
func fitOnMatrices() throws {
  let rows = try FeatureFile(path: "features.h5").pairedRows(.train)
  let (images, captions, classes) = (rows.visual, rows.text, rows.labels)

  let pairs = try PairedRows(
    visual: images, text: captions, labels: classes,
    classNames: ["apple", "pear", "plum", "quince"])
  var configuration = Configuration()
  configuration.training.epochs = 2
  let trainer = try Trainer(configuration: configuration, threads: 2)
  let model = try trainer.fit(pairs) { progress in
    if progress.isEpochEnd { print(progress.stage, progress.epoch, "of", progress.epochCount) }
    return .proceed
  }
  print(model.decision)
}

/// Prints what went wrong, and ends the process as the command would.
func report(_ error: any Error) -> Never {
  let failure = Failure(error)
  print(failure.message)
  exit(failure.exitStatus)
}

enum SampleError: Error {
  case loadedModelDiffers
  case lossIsNotUsed
  case gradientIsWrong(by: Double)
}
