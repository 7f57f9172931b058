// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct MARNetPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "marnet-plugin")
}
