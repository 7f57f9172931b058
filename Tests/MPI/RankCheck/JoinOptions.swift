// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetMPI

/// How every check joins.
struct JoinOptions: ParsableArguments {
  @Option(help: "Seconds to wait for other ranks.")
  var timeout = 60.0

  @Option(help: "Bytes of a message at most.")
  var pieceBytes: Int?

  func join() throws -> any LaunchedRanks {
    do {
      guard
        let ranks = try MPILaunch.join(timeout: .seconds(timeout), pieceBytes: pieceBytes)
      else { throw ValidationError("start this with mpirun.") }
      return ranks
    } catch let error as MPILaunchError {
      let failure = Failure(error)
      FileHandle.standardError.write(Data("error: \(failure.message)\n".utf8))
      throw ExitCode(failure.exitStatus)
    }
  }
}

extension LaunchedRanks {
  /// A line on standard output, of the first rank only.
  func say(_ line: String) {
    if isFirst { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
  }

  /// Ends the job where `isSo` is false.
  func expect(_ isSo: Bool, _ what: @autoclosure () -> String) {
    if !isSo { fail(message: "wrong: \(what())", status: 1) }
  }
}
