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
}
