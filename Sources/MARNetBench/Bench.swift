// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Times the inner loops at stated shapes, for comparison with other implementations run
/// beside it. See docs/performance.md.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "MARNetBench", abstract: "Time a training step, or reading.",
    subcommands: [StepBench.self, ReadBench.self])
}
