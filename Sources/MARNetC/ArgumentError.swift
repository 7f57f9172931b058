// SPDX-License-Identifier: Apache-2.0

/// What a caller passed and no call can take.
struct ArgumentError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
