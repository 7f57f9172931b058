// SPDX-License-Identifier: Apache-2.0

/// Where a crash happened, as the process that crashed wrote it to standard error.
enum CrashReport {
  /// Whether the innermost frame that is neither the C library's nor the handler's is libhdf5's.
  static func isInHDF5(_ messages: String) -> Bool {
    let frames = messages.split(separator: "\n").filter { $0.contains("(") && $0.contains("[0x") }
    // The handler and the system's frame that calls it stand before the crash.
    let crash = frames.drop { !$0.contains("/libc.so") }.drop { $0.contains("/libc.so") }
    return crash.first?.contains("/libhdf5") == true
  }
}
