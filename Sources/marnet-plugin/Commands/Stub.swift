// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
struct InspectCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "inspect") }
struct SynthesizeCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "synthesize") }
struct DemoCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "demo") }
