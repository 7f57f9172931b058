// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Testing

@Suite struct ModelFingerprintTests {
  @Test(arguments: Configuration.Preset.allCases)
  func isTheSameAfterReading(preset: Configuration.Preset) throws {
    let folder = try TemporaryFolder()
    let model = try SmallFit.model(preset) { $0.validation.imageOnlyControl = preset == .plugin }
    try model.save(to: folder.file("m"))
    #expect(try Model(directory: folder.file("m")).fingerprint == model.fingerprint)
    #expect(model.fingerprint.count == 16)
    #expect(
      try SmallFit.model(preset) {
        $0.validation.imageOnlyControl = preset == .plugin
      }.fingerprint == model.fingerprint)
  }

  /// Weights, configuration, decision and calibration count, each.
  @Test func tellsModelsApart() throws {
    let models = [
      try SmallFit.model(), try SmallFit.model { $0.seed = 4 },
      try SmallFit.model { $0.sampling.draws = 3 },
      try SmallFit.model { $0.training.learningRate = 1e-9 },
      try SmallFit.model {
        $0.training.learningRate = 1e-9
        $0.validation.fallback = true
      },
      try SmallFit.model {
        $0.training.learningRate = 1e-9
        $0.validation.calibrate = true
      },
    ]
    #expect(Set(models.map(\.fingerprint)).count == models.count)
  }

  /// What stands in the directory beside weights and configuration counts, each.
  @Test(arguments: [
    ("\"calibration_temperature\" : 1,", "\"calibration_temperature\" : 1.5,"),
    ("\"decision\" : \"marnet\"", "\"decision\" : \"probe\""),
    ("\"class_2\"", "\"another\""), ("\"draws\" : 2,", "\"draws\" : 3,"),
  ])
  func everyPartCounts(old: String, new: String) throws {
    let folder = try TemporaryFolder()
    let model = try SmallFit.model()
    try model.save(to: folder.file("m"))
    let path = folder.file("m/config.json")
    let text = String(decoding: try bytes(of: path), as: UTF8.self)
    #expect(text.contains(old))
    try write(Array(text.replacing(old, with: new).utf8), to: path)
    #expect(try Model(directory: folder.file("m")).fingerprint != model.fingerprint)
  }
}
