// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Names from files reach the terminal without the power to command it.
@Suite struct TerminalTextTests {
  private let bench: Workbench
  private static let hostile = "\u{1B}[31mred\r\u{7F}\u{9B}2J\nerror: none"
  private static let shown = #"\x1b[31mred\x0d\x7f\x9b2J\x0aerror: none"#

  init() throws { bench = try Workbench() }

  /// A file whose first class, and one dataset, have such a name.
  private func writeFeatures(_ edit: (inout EditedFile) -> Void = { _ in }) throws {
    let models = try Fitted.shared.get()
    try EditedFile.copy(models.path("features.h5"), to: bench.path("f.h5")) { file in
      file.classNames[0] = Self.hostile
      edit(&file)
    }
    try RawFile(changing: bench.path("f.h5")).integers("train/\(Self.hostile)", [1, 2])
  }

  private func expectPlain(
    _ result: CommandResult, location: SourceLocation = #_sourceLocation
  ) {
    for scalar in (result.output + result.messages).unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
      #expect(!isControl, "\(scalar.value)", sourceLocation: location)
    }
  }

  @Test func inspect() throws {
    try writeFeatures()
    let result = try bench.run(["inspect", "f.h5"]).succeeded()
    expectPlain(result)
    #expect(result.output.contains("classes: \(Self.shown), "))
    let row = try #require(result.outputLines.first { $0.contains("(not used)") })
    #expect(row.hasPrefix("/train/\(Self.shown) (not used)  "), "\(row)")
    let lengths = result.outputLines.filter { $0.hasPrefix("/train/") }.map(\.count)
    #expect(lengths.count > 4 && Set(lengths).count == 1, "not in line: \(lengths)")
  }

  @Test func jsonStaysJSON() throws {
    try writeFeatures()
    let result = try bench.run(["inspect", "f.h5", "--json"]).succeeded()
    expectPlain(result)
    #expect((try result.object()["class_names"] as? [String])?.first == Self.hostile)
  }

  /// The rarest class is named.
  @Test func fit() throws {
    try writeFeatures { file in
      let labels = file.rows[.train]?.labels ?? []
      file.rows[.train]?.labels = labels.enumerated().map { $0 % 2 == 0 && $1 == 0 ? 1 : $1 }
    }
    let result = try bench.fit("f.h5", output: "m")
    expectPlain(result)
    #expect(result.output.contains(#"('\x1b[31mred\x0d\x7f\x9b2J"#), "\(result.output)")
  }

  /// A class without a labelled row is an error that names it.
  @Test func errors() throws {
    try writeFeatures { file in
      let labels = file.rows[.train]?.labels ?? []
      file.rows[.train]?.labels = labels.map { $0 == 0 ? 1 : $0 }
    }
    let result = try bench.run(["fit", "f.h5"])
    #expect(result.status == 65)
    expectPlain(result)
    #expect(result.messages.contains(#"\x1b[31mred\x0d\x7f\x9b2J"#), "\(result.messages)")
  }

  /// What other programs read stays as it is.
  @Test func scoresAsText() throws {
    try writeFeatures()
    try bench.fit("f.h5", output: "m")
    let result = try bench.run(["score", "f.h5", "--model", "m", "--output", "-"]).succeeded()
    #expect(result.output.contains("prob_\(Self.hostile)"))
  }
}
