// SPDX-License-Identifier: Apache-2.0

import MARNet

func fitWithCosineLoss() throws {
  try checkGradient()
  let trainer = try Trainer(
    configuration: Configuration(preset: .paper, seed: 1), alignmentLoss: CosineLoss())
  let model = try trainer.fit(featuresAt: "features.h5")
  print(model.report.alignmentForm ?? "a method of the package")
  try model.save(to: "cosine.marnet")
  let loaded = try Model(directory: "cosine.marnet")

  let images = try FeatureFile(path: "features.h5").readVisual(.test, rows: 0..<100)
  guard try loaded.score(images) == model.score(images) else {
    throw SampleError.loadedModelDiffers
  }
  let other = try Trainer(configuration: Configuration(preset: .paper, seed: 1))
    .fit(featuresAt: "features.h5")
  guard try other.score(images) != model.score(images) else { throw SampleError.lossIsNotUsed }
}

/// Compares ∂L/∂x_v' with differences of the loss.
func checkGradient() throws {
  let loss = CosineLoss()
  let text = Matrix(rows: [[0.5, -1, 2], [1, 0.25, -0.5]])
  var visual = Matrix(rows: [[1, 0.5, 1.5], [-0.5, 2, 0.75]])
  func value() -> Double {
    let pairs = AlignmentBatch(visual: visual, text: text, labels: [0, 1])
    return loss.valueWithGradients(pairs).value
  }
  let gradient = loss.valueWithGradients(
    AlignmentBatch(visual: visual, text: text, labels: [0, 1])
  ).visual
  for row in 0..<2 {
    for column in 0..<3 {
      let (center, step) = (visual[row, column], Float(0.01))
      visual[row, column] = center + step
      let above = value()
      visual[row, column] = center - step
      let below = value()
      visual[row, column] = center
      let difference = (above - below) / Double(2 * step) - Double(gradient[row, column])
      guard abs(difference) < 1e-3 else { throw SampleError.gradientIsWrong(by: difference) }
    }
  }
}
