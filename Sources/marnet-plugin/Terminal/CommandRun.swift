// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// Runs the work of a command and turns its errors into a message and an exit status.
enum CommandRun {
  private static let start = ContinuousClock.now

  /// Seconds since the command began.
  static var elapsed: Double { (ContinuousClock.now - start).inSeconds }

  /// - Parameter log: how everything but results is written.
  static func run(log: LogFormat = .text, _ work: () throws -> Void) throws {
    _ = start
    Console.logFormat = log
    Interruption.watch()
    Allocator.returnLargeBlocks()
    HDF5Library.leaveFilesAtExit()
    do {
      try work()
    } catch let code as ExitCode {
      throw code
    } catch let error as ValidationError {
      throw error
    } catch {
      LiveBlock.clear()
      if error as? DataError == .outputClosed(path: "standard output") {
        // What this signal does to every other program of a pipeline, unless somebody ignores it.
        raise(SIGPIPE)
      }
      let failure = Failure(error)
      Console.error(failure, goingOnWith: (error as? ResumableStop)?.command)
      throw ExitCode(failure.exitStatus)
    }
    guard log == .jsonl else { return }
    var event = LogEvent("done")
    event.add("elapsed", elapsed)
    Console.log(event)
  }

  /// Says why a command line was not run, or what it asked for, and ends the process.
  static func refuse(_ error: any Error) -> Never {
    let code = MARNetPlugin.exitCode(for: error)
    let message = MARNetPlugin.message(for: error)
    guard LogFormat.asked(in: CommandLine.arguments) == .jsonl, !code.isSuccess, !message.isEmpty
    else { MARNetPlugin.exit(withError: error) }
    var event = LogEvent("error")
    event.add("code", "usage")
    event.add("exit_code", count: Int(code.rawValue))
    event.add("message", message)
    event.add("resume_command", nil as String?)
    Console.log(event)
    MARNetPlugin.exit(withError: code)
  }
}
