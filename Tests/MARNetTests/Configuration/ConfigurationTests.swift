// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Testing

@Suite struct ConfigurationTests {
  private func read(_ json: String, preset: Configuration.Preset? = nil) throws -> Configuration {
    try Configuration(json: Data(json.utf8), path: "c.json", preset: preset)
  }

  @Test func presetsAreValid() throws {
    for preset in Configuration.Preset.allCases {
      try Configuration(preset: preset).validate()
    }
  }

  @Test func aFileGoesOverItsPreset() throws {
    let configuration = try read(
      #"{"preset": "paper", "sampling": {"draws": 3}, "training": {"epochs": 2}}"#)
    var expected = Configuration(preset: .paper)
    expected.sampling.draws = 3
    expected.training.epochs = 2
    #expect(configuration == expected)
    #expect(try read("{}", preset: .paper) == Configuration(preset: .paper))
  }

  @Test func aModelDescriptionIsRead() throws {
    #expect(try read(#"{"configuration": {"seed": 9}, "format": "x"}"#).seed == 9)
  }

  @Test func assignments() throws {
    let configuration = try Configuration().setting([
      "alignment.weight=0.5", "training.scheme=staged", "probe.grid=[0.1, 1]",
      "reconstruction.has_skip=false",
    ])
    #expect(configuration.alignment.weight == 0.5)
    #expect(configuration.training.scheme == .staged)
    #expect(configuration.probe.grid == [0.1, 1])
    #expect(configuration.reconstruction.hasSkip == false)
  }

  @Test func unknownKeysAreNamedWithTheNearest() {
    #expect(
      throws: ConfigurationError.unknownKey(
        key: "alignment.wieght", nearest: "alignment.weight")
    ) { try read(#"{"alignment": {"wieght": 1}}"#) }
    let error = ConfigurationError.unknownKey(key: "a.b", nearest: "a.c")
    #expect(error.description == "configuration: there is no key 'a.b'. Did you mean 'a.c'?")
  }

  @Test func wrongTypesAreRefused() {
    for json in [
      #"{"alignment": 3}"#, #"{"seed": "x"}"#, #"{"training": {"scheme": "both"}}"#, "[1]", "{",
    ] {
      #expect(throws: ConfigurationError.self) { try read(json) }
    }
  }

  @Test func anotherPresetIsRefused() {
    #expect(throws: ConfigurationError.self) { try read(#"{"preset": "paper"}"#, preset: .plugin) }
  }

  @Test(arguments: [
    "training.batch_size=1", "training.epochs=0", "training.learning_rate=0",
    "training.learning_rate=11", "training.weight_decay=-1", "training.warmup=1.5",
    "training.clip_norm=0", "training.dropout=0.99", "training.maximum_steps=10",
    "training.fusion_steps=0", "alignment.dimension=0", "alignment.temperature=0",
    "alignment.weight=-0.1", "alignment.leaky_slope=0", "reconstruction.hidden_width=0",
    "reconstruction.time_embedding_width=1", "reconstruction.diffusion_steps=1",
    "reconstruction.text_scale=0", "reconstruction.weight=-1", "sampling.steps=51",
    "sampling.eta=2", "sampling.draws=0", "probe.folds=1", "probe.out_of_fold_folds=1",
    "probe.grid=[]", "probe.grid=[0]", "teacher.weight=2", "teacher.exponents=[]",
    "teacher.exponents=[-1]", "validation.fraction=0", "validation.minimum_rows=1",
    "validation.minimum_rows=2147483648", "training.minimum_steps=100000001",
    "training.batch_size=65537",
    "fusion.fusion_operator=sum", "fusion.mode=logit", "sampling.sampler=ddpm",
  ])
  func outOfRange(assignment: String) throws {
    let configuration = try Configuration().setting([assignment])
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    let key = assignment.split(separator: "=")[0].split(separator: ".")[1]
    let text = error?.description ?? ""
    // Range errors name the key as it stands in a file; the others explain themselves.
    #expect(
      text.contains(key) || text.hasPrefix("configuration: joint training")
        || text.hasPrefix("configuration: concatenation"))
    #expect(error.map { Failure($0).exitStatus } == 78)
  }

  @Test func linearSchedulesNeedEnoughSteps() throws {
    let configuration = try Configuration().setting([
      "reconstruction.schedule=linear", "reconstruction.diffusion_steps=20",
    ])
    #expect(throws: ConfigurationError.self) { try configuration.validate() }
  }

  @Test func steps() {
    var training = TrainingOptions()
    #expect(training.stepCount(stepsPerEpoch: 3) == 600, "the minimum")
    #expect(training.stepCount(stepsPerEpoch: 16) == 640, "40 passes of 16 batches")
    #expect(training.stepCount(stepsPerEpoch: 22) == 800, "the maximum")
    #expect(training.stepCount(stepsPerEpoch: 516) == 8 * 516, "8 passes")
    #expect(training.stepCount(stepsPerEpoch: 1) == 600, "fewer rows than a batch")
    training.epochs = 3
    #expect(training.stepCount(stepsPerEpoch: 516) == 3 * 516)
  }
}
