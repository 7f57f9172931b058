// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

/// `demo`: what a newcomer runs first.
@Suite struct DemoTests {
  @Test func endsSoonAndPrintsTheTableAndTheNextCommands() throws {
    let bench = try Workbench()
    var command = bench.command(["demo"])
    command.timeout = 60
    let result = try command.run().succeeded()
    #expect(result.output.hasPrefix("Synthetic data (made up, not real): 3,000 image"))
    let tables = result.output.components(separatedBy: "2,000 labelled rows of 'test':\n")
    try #require(tables.count == 2)
    let names = tables[1].split(separator: "\n").dropFirst().prefix(4).compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(names == ["probe", "alignment", "reconstruction", "fused"])
    #expect(bench.folder.names == ["marnet-demo"])

    // The commands it shows are right, and a second run replaces the first when told to.
    let next = result.outputLines.suffix(3).map { $0.split(separator: " ").map(String.init) }
    for words in next.dropLast() {
      #expect(words.first == "marnet-plugin")
      try bench.run(Array(words.dropFirst())).succeeded()
    }
    #expect(next.last == ["marnet-plugin", "fit", "your-features.h5"])
    let refused = try bench.run(["demo"])
    #expect(refused.status == 73)
    #expect(refused.messages.contains("marnet-demo/synthetic.h5: already exists."))
    #expect(try bench.run(["demo", "--overwrite"]).succeeded().output == result.output)
  }
}
