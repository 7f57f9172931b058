// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// Runs the work of a command and turns its errors into a message and an exit status.
enum CommandRun {
  static func run(_ work: () throws -> Void) throws {
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
      if error as? DataError == .outputClosed(path: "standard output") {
        // What this signal does to every other program of a pipeline, unless somebody ignores it.
        ProgressLine.clear()
        raise(SIGPIPE)
      }
      let failure = Failure(error)
      ProgressLine.clear()
      Console.error(failure.message)
      throw ExitCode(failure.exitStatus)
    }
  }
}
