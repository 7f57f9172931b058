// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import MARNetData
import Testing

/// The alignment method TEAM from a file to the report.
@Suite struct TEAMFitTests {
  private func configuration(_ preset: Configuration.Preset) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    configuration.alignment.method = .team
    configuration.alignment.weight = 1
    return configuration
  }

  @Test func singleVectors() throws {
    let model = try Trainer(configuration: configuration(.paper), threads: 2)
      .fit(try SmallFit.features().pairedRows(.train))
    let form = "team-global: single vectors, no tokens in the file"
    #expect(model.report.alignmentForm == form)
    #expect(VerdictText.sentences(model.report).contains("Alignment method: \(form)."))
  }

  /// Tokens in the file are used; neither what stands in padding nor the number of threads
  /// changes a bit.
  @Test func tokensInTheFile() throws {
    let folder = try TemporaryFolder()
    let rows = try SmallFit.features().pairedRows(.train)
    func fit(_ name: String, threads: Int, padding: Float = 0) throws -> Model {
      let path = folder.file(name)
      let file = try RawFile(path)
      let n = rows.rowCount
      file.group("train")
      try file.floats("train/visual", [n, 20], rows.visual.values)
      try file.floats("train/text", [n, 6], rows.text?.values ?? [])
      try file.integers("train/label", rows.labels.map { Int64($0) })
      try file.floats(
        "train/visual_tokens", [n, 2, 20],
        (0..<n).flatMap { row in
          rows.visual.row(row) + rows.visual.row((row + 1) % n)
        })
      try file.floats(
        "train/text_tokens", [n, 3, 6],
        (0..<n).flatMap { row in
          (rows.text?.row(row) ?? []) + [Float](repeating: padding, count: 6)
            + (rows.text?.row((row + 3) % n) ?? [])
        })
      try file.integers(
        "train/text_tokens_mask", (0..<n).flatMap { _ in [1, 0, 1] }, shape: [n, 3])
      return try Trainer(configuration: configuration(.paper), threads: threads)
        .fit(featuresAt: path)
    }
    let model = try fit("one.h5", threads: 1)
    #expect(model.report.alignmentForm == "team: tokens, 3 words, 2 patches")
    let other = try fit("two.h5", threads: 3, padding: .nan)
    #expect(other.report == model.report && other.epochs == model.epochs)
  }

  @Test func otherMethodsHaveNoForm() throws {
    #expect(try SmallFit.model(.paper).report.alignmentForm == nil)
  }
}
