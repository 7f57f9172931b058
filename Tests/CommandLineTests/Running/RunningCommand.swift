// SPDX-License-Identifier: Apache-2.0

import CTestProcess
import FileFixtures
import Glibc

/// A run of the executable that has begun. Both of its outputs are read while it runs, so
/// that it never waits for a full pipe; its standard input is empty.
final class RunningCommand {
  private let process: pid_t
  /// Reading ends of standard output and standard error; -1 after their end.
  private var descriptors: [Int32]
  private var bytes: [[UInt8]] = [[], []]
  private let deadline: ContinuousClock.Instant
  private let what: String

  init(_ command: Command) throws {
    what = command.arguments.joined(separator: " ")
    deadline = .now + .seconds(command.timeout * Command.patience)
    var process: pid_t = 0
    var ends: [Int32] = [-1, -1]
    let words = command.words
    let status = Self.withStrings(words) { arguments in
      Self.withStrings(command.variables) { variables in
        test_process_begin(
          words[0], arguments, variables, command.folder,
          command.messagesAreOnTerminal ? command.columns : 0, &ends, &process)
      }
    }
    self.process = process
    descriptors = ends
    guard status == 0 else { throw FixtureError.system("run \(words[0]): \(status)") }
  }

  deinit { for end in descriptors where end >= 0 { close(end) } }

  /// Reads until standard error holds `text`.
  func wait(forMessage text: String) throws { try wait(for: text, in: 1) }

  /// Reads until standard output holds `text`.
  func wait(forOutput text: String) throws { try wait(for: text, in: 0) }

  private func wait(for text: String, in stream: Int) throws {
    while !String(decoding: bytes[stream], as: UTF8.self).contains(text) {
      guard try read() else { throw FixtureError.system("'\(what)' never said '\(text)'") }
    }
  }

  /// Gives the terminal on standard error so many columns.
  func resize(columns: Int32) { test_process_resize(descriptors[1], columns) }

  func send(_ signal: Int32) { kill(process, signal) }

  /// Reads to the end of both outputs, then waits for the exit.
  func finish() throws -> CommandResult {
    while try read() {}
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return CommandResult(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, outputBytes: bytes[0],
      messageBytes: bytes[1])
  }

  /// Waits for some output and takes it; false after the end of both.
  private func read() throws -> Bool {
    guard descriptors.contains(where: { $0 >= 0 }) else { return false }
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero, poll(&waiting, 2, Int32(min(left / .milliseconds(1), 1e6)) + 1) != 0 else {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
      throw FixtureError.system("'\(what)' took too long")
    }
    for index in 0..<2 where waiting[index].revents != 0 {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = Glibc.read(descriptors[index], &buffer, buffer.count)
      if count > 0 {
        bytes[index] += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        close(descriptors[index])
        descriptors[index] = -1
      }
    }
    return true
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
