// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// The help of every command, pinned in `Help/*.txt`. After a change that is meant,
/// `MARNET_PIN_HELP=1 swift test -c release --disable-testable-imports --filter HelpTests` writes the files anew.
@Suite struct HelpTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Help").path
  private static let pins = ProcessInfo.processInfo.environment["MARNET_PIN_HELP"] != nil

  @Test(arguments: [
    "marnet-plugin", "fit", "score", "evaluate", "inspect", "synthesize", "demo", "bench",
    "compare", "tune", "convert", "merge", "export", "manifest", "report",
  ])
  func isAsPinned(name: String) throws {
    let bench = try Workbench()
    let command = name == "marnet-plugin" ? [] : [name]
    let result = try bench.run(command + ["--help"], environment: ["COLUMNS": "80"])
      .succeeded()
    #expect(result.messages.isEmpty)
    let file = "\(Self.folder)/\(name).txt"
    if Self.pins { try write(result.outputBytes, to: file) }
    #expect(result.output == String(decoding: try bytes(of: file), as: UTF8.self))
    for line in result.outputLines where !line.hasPrefix("USAGE:") { #expect(line.count <= 80) }
  }

  @Test func withoutArgumentsHelpIsShown() throws {
    let bench = try Workbench()
    #expect(try bench.run([]).output == bench.run(["--help"]).output)
  }
}
