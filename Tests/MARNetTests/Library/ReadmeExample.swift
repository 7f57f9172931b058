// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

// README-BEGIN
import MARNet

// README-END

@Suite struct ReadmeExample {
  /// The README's example, as it stands there.
  private func example(images: Matrix) throws {
    // README-BEGIN
    let trainer = try Trainer()
    let model = try trainer.fit(featuresAt: "features.h5")
    try model.save(to: "features.marnet")
    let scores = try model.score(images)  // Matrix, one row an image
    print(model.classNames[Int(scores.predictions[0])], scores.probabilities[0, 0])
    // README-END
  }

  /// Compiling is the test of the code; this compares the text.
  @Test func theReadmeShowsThisCode() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let shown = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
      .components(separatedBy: "```")[0]
    let begin = "// README-" + "BEGIN\n"
    let end = "// README-" + "END"
    let pieces = source.components(separatedBy: begin).dropFirst().map {
      $0.components(separatedBy: end)[0]
    }
    let compiled = pieces.joined()
    #expect(lines(shown) == lines(compiled))
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}
