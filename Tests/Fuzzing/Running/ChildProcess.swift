// SPDX-License-Identifier: Apache-2.0

import CTestProcess
import FileFixtures
import Foundation

/// A program that was started, whose outputs are read line by line.
final class ChildProcess {
  private let process: pid_t
  /// Reading ends of standard output and standard error; -1 after their end.
  private var ends: [Int32]
  private var pending: [UInt8] = []
  private var lines: ArraySlice<String> = []
  private(set) var messages = ""

  /// - Parameters:
  ///   - path: the program.
  ///   - folder: its current folder.
  init(_ path: String, _ arguments: [String], folder: String) throws {
    var process: pid_t = 0
    var ends: [Int32] = [-1, -1]
    // Several arenas would each reserve memory that no case asked for.
    let variables = ProcessInfo.processInfo.environment
      .merging(["MALLOC_ARENA_MAX": "1"]) { $1 }
    let status = Self.withStrings([path] + arguments) { arguments in
      Self.withStrings(variables.map { "\($0.key)=\($0.value)" }) { variables in
        test_process_begin(path, arguments, variables, folder, 0, &ends, &process)
      }
    }
    self.process = process
    self.ends = ends
    guard status == 0 else { throw FixtureError.system("start \(path): \(status)") }
  }

  deinit { for end in ends where end >= 0 { close(end) } }

  enum Event {
    case line(String)
    case ended
    case silent
  }

  /// The next line of standard output, its end, or neither for `seconds`.
  func next(within seconds: Double) -> Event {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      if let line = lines.popFirst() { return .line(line) }
      guard ends.contains(where: { $0 >= 0 }) else { return .ended }
      var waiting = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
      guard left > 0, poll(&waiting, 2, Int32(left) + 1) != 0 else { return .silent }
      for index in 0..<2 where waiting[index].revents != 0 { read(index) }
    }
  }

  private func read(_ index: Int) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(ends[index], &buffer, buffer.count)
    if count > 0, index == 1 {
      messages = String((messages + String(decoding: buffer[..<count], as: UTF8.self)).suffix(8192))
    } else if count > 0 {
      pending += buffer[..<count]
      let whole = pending.split(separator: 0x0A, omittingEmptySubsequences: false)
      lines += whole.dropLast().map { String(decoding: $0, as: UTF8.self) }
      pending = Array(whole.last ?? [])
    } else if count == 0 || errno != EINTR {
      close(ends[index])
      ends[index] = -1
    }
  }

  func stop(_ signal: Int32) { kill(process, signal) }

  /// The status in the form of `waitpid`.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
