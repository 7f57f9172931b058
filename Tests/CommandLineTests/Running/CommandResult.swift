// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// How a run of the executable ended, and what it wrote.
struct CommandResult {
  /// Exit status; 128 and the signal's number where a signal ended it, as shells say.
  let status: Int32
  let outputBytes: [UInt8]
  let messageBytes: [UInt8]

  /// Standard output.
  var output: String { String(decoding: outputBytes, as: UTF8.self) }
  /// Standard error.
  var messages: String { String(decoding: messageBytes, as: UTF8.self) }

  var outputLines: [String] { output.split(separator: "\n").map(String.init) }

  /// Standard output as one JSON object.
  func object(location: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    let parsed = try JSONSerialization.jsonObject(with: Data(outputBytes))
    return try #require(parsed as? [String: Any], sourceLocation: location)
  }

  /// Records what was written unless the run succeeded.
  @discardableResult
  func succeeded(location: SourceLocation = #_sourceLocation) throws -> CommandResult {
    try #require(
      status == 0, "exit status \(status); standard error: \(messages)", sourceLocation: location)
    return self
  }

  /// Records anything but an exit with `status` whose messages hold `text`.
  func refused(_ status: Int32, _ text: String, location: SourceLocation = #_sourceLocation) {
    #expect(self.status == status, sourceLocation: location)
    #expect(messages.contains(text), "standard error: \(messages)", sourceLocation: location)
  }
}
