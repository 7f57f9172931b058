// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The Swift of the articles in `MARNet.docc` is that of the sample package, which CI compiles
/// and runs.
@Suite struct ArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let articles = root.appendingPathComponent("Sources/MARNet/MARNet.docc")
  private static let sample = root.appendingPathComponent("Tests/SamplePackage/Sources/Sample")

  private static func texts(in folder: URL, _ ending: String) throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == ending }
    return try Dictionary(
      uniqueKeysWithValues: files.map {
        ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      })
  }

  /// Every line without the spaces around it; empty lines count.
  private func lines(_ text: some StringProtocol) -> String {
    text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: "\n")
  }

  @Test func everyBlockStandsInTheSample() throws {
    let sources = try Self.texts(in: Self.sample, "swift").mapValues(lines)
    var count = 0
    for (name, article) in try Self.texts(in: Self.articles, "md") {
      for part in article.components(separatedBy: "```swift\n").dropFirst() {
        let block = lines(part.components(separatedBy: "\n```")[0])
        count += 1
        #expect(
          sources.values.contains { ("\n" + $0).contains("\n\(block)\n") },
          "\(name): no file of the sample has these lines one after the other:\n\(block)")
      }
    }
    #expect(count >= 10)
  }
}
