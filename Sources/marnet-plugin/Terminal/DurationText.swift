// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Times for people.
enum DurationText {
  /// What is still to come, rounded up: "12 s", "3 min 4 s", "2 h 5 min".
  static func left(_ seconds: Double) -> String {
    // A speed that was measured over an instant may say anything.
    let whole = Int(min(max(seconds, 0), 1e9).rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// What has passed: tenths of a second below ten.
  static func spent(_ seconds: Double) -> String {
    seconds < 9.95 ? "\(Decimals.text(seconds, digits: 1)) s" : left(seconds.rounded())
  }
}
