// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetData

/// Work of this program in a child process, so that a crash or an endless loop inside libhdf5
/// ends that process and becomes an error message of this one.
enum ContainedRun {
  /// Seconds of processor time that a child has: for any files, and for a megabyte of them. It
  /// reads a megabyte in a hundredth of that, and in one of compressed zeros lies a gigabyte.
  private static let seconds = (any: 4, megabyte: 4)

  /// What a child does first: it leaves no core file, keeps to its time, and ends at once when
  /// it is told to.
  static func enterChild(reading paths: [String]) {
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
    limit(RLIMIT_CORE, to: 0)
    limit(RLIMIT_CPU, to: seconds(for: paths))
  }

  /// Runs this program with `arguments` in a child process, with the same standard streams.
  ///
  /// - Parameter paths: the files that it reads, for the message.
  /// - Returns: its exit status.
  /// - Throws: `UntrustedFileError` when a signal ended it.
  static func run(_ arguments: [String], reading paths: [String]) throws -> Int32 {
    let shown = paths.joined(separator: ", ")
    let name = CommandLine.arguments.first ?? "marnet-plugin"
    // A crash there is expected: this process tells of it, in words.
    let variables = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let words = ([name] + arguments).map { strdup($0) }
    let environment = variables.map { strdup("\($0)=\($1)") }
    defer { for text in words + environment { free(text) } }
    var process: pid_t = 0
    let status = posix_spawn(
      &process, executable, nil, nil, words + [nil], environment + [nil])
    guard status == 0 else {
      throw UntrustedFileError.cannotStart(
        path: shown, reason: String(cString: strerror(status)))
    }
    let ending = wait(for: process)
    let signal = ending & 0x7F
    switch signal {
    case 0: return ending >> 8 & 0xFF
    case SIGXCPU:
      throw UntrustedFileError.tookTooLong(path: shown, seconds: seconds(for: paths))
    case SIGINT, SIGTERM: throw UntrustedFileError.interrupted(path: shown)
    default: throw UntrustedFileError.crashed(path: shown, signal: Int(signal))
    }
  }

  /// On Linux this very program, whatever lies at its path by now.
  private static var executable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
  }

  /// Waits for a child, and hands an interruption on to it.
  private static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    var pause: UInt32 = 500
    while waitpid(process, &status, WNOHANG) == 0 {
      if Interruption.isRequested { kill(process, SIGTERM) }
      usleep(pause)
      pause = min(2 * pause, 20_000)
    }
    return status
  }

  private static func seconds(for paths: [String]) -> Int {
    let files = (try? FeaturePaths.expand(paths)) ?? paths
    let megabytes = files.reduce(0) { sum, path in
      var status = stat()
      return stat(path, &status) == 0 ? sum + Int(status.st_size) >> 20 : sum
    }
    return seconds.any + seconds.megabyte * megabytes
  }

  private static func limit(_ resource: __rlimit_resource, to value: Int) {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else { return }
    limits.rlim_cur = min(rlim_t(value), limits.rlim_max)
    setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
  }
}
