// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Testing

/// docs/weights.md names every tensor of a model with its shape, and no other.
@Suite struct WeightsPageTests {
  /// Shapes as the page writes them, by tensor.
  private func page() throws -> [String: [String]] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("docs/weights.md"), encoding: .utf8)
    var shapes: [String: [String]] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count >= 3, "\(line)")
      let name = cells[0].trimmingCharacters(in: ["`"])
      #expect(shapes[name] == nil, "\(name) is there twice")
      shapes[name] = cells[1].components(separatedBy: " or ")
    }
    return shapes
  }

  /// "[d, Dv + E]" with the widths of `SmallFit`.
  private func sizes(_ shape: String) -> [Int] {
    let widths = ["Dv": 20, "Ds": 6, "C": 4, "d": 16, "H": 14, "E": 32]
    return shape.trimmingCharacters(in: ["[", "]"]).components(separatedBy: ", ").map { size in
      size.components(separatedBy: " + ").reduce(0) { $0 + (widths[$1] ?? .min / 4) }
    }
  }

  @Test func namesEveryTensorAndNoOther() throws {
    let shapes = try page()
    var unseen = Set(shapes.keys)
    let models = [
      try SmallFit.model {
        $0.validation.imageOnlyControl = true
        $0.reconstruction.hiddenWidth = 14
      },
      try SmallFit.model(.paper) { $0.reconstruction.hiddenWidth = 14 },
      try SmallFit.model(.paper) {
        $0.reconstruction.hiddenWidth = 14
        $0.fusion.fusionOperator = .harmonic
      },
      try SmallFit.model(.paper) {
        $0.reconstruction.hiddenWidth = 14
        $0.fusion.fusionOperator = .sum
        $0.fusion.mode = .logit
      },
    ]
    for model in models {
      for tensor in model.tensors() {
        let name = tensor.name.replacing(/^control\.(joint|image_only\.[01])\./, with: "")
        unseen.remove(name)
        let documented = try #require(shapes[name], "\(tensor.name) is not in docs/weights.md")
        #expect(documented.map(sizes).contains(tensor.shape), "\(tensor.name) \(tensor.shape)")
      }
    }
    #expect(unseen.isEmpty)
  }
}
