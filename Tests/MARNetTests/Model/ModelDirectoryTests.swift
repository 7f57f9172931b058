// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Testing

@Suite struct ModelDirectoryTests {
  @Test(arguments: Configuration.Preset.allCases)
  func savedAndReadScoresTheSame(preset: Configuration.Preset) throws {
    let folder = try TemporaryFolder()
    let model = try SmallFit.model(preset) { $0.validation.imageOnlyControl = preset == .plugin }
    try model.save(to: folder.file("m"))
    let read = try Model(directory: folder.file("m"))
    let test = try SmallFit.features().pairedRows(.test)
    #expect(try read.score(test.visual) == model.score(test.visual))
    #expect(read.configuration == model.configuration)
    #expect(read.report == model.report)
    let (first, second) = (try Evaluator(model), try Evaluator(read))
    try first.add(test.visual, labels: test.labels)
    try second.add(test.visual, labels: test.labels)
    #expect(first.result() == second.result())
    #expect((first.result().imageOnlyControl != nil) == (preset == .plugin))
  }

  @Test func theFallbackPredictsWithTheProbe() throws {
    // Twenty steps at a rate of nearly 0 leave the network untrained: worse than the probe.
    let model = try SmallFit.model {
      $0.training.learningRate = 1e-9
      $0.validation.fallback = true
    }
    #expect(model.decision == .probe)
    let test = try SmallFit.features().pairedRows(.test)
    let evaluator = try Evaluator(model)
    try evaluator.add(test.visual, labels: test.labels)
    #expect(evaluator.result().fused == evaluator.result().probe)
    let kept = try SmallFit.model { $0.training.learningRate = 1e-9 }
    #expect(kept.decision == .marnet)
  }

  @Test func calibrationOnRequest() throws {
    let model = try SmallFit.model {
      $0.validation.calibrate = true
      $0.training.learningRate = 1e-9
    }
    #expect(model.calibrationTemperature != 1, "an untrained network is badly calibrated")
    let images = try SmallFit.features().pairedRows(.test).visual
    let plain = try SmallFit.model { $0.training.learningRate = 1e-9 }
    #expect(try plain.score(images).predictions == model.score(images).predictions)
    #expect(try plain.score(images).probabilities != model.score(images).probabilities)
  }

  @Test func whatIsThereStays() throws {
    let folder = try TemporaryFolder()
    let model = try SmallFit.model()
    try model.save(to: folder.file("m"))
    #expect(throws: ModelError.outputExists(path: folder.file("m"))) {
      try model.save(to: folder.file("m"))
    }
    try model.save(to: folder.file("m"), overwrite: true)
    #expect(throws: ModelError.notFound(path: folder.file("none"))) {
      try Model(directory: folder.file("none"))
    }
  }
}
