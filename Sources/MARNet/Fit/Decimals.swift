// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Numbers for people, independent of the locale.
package enum Decimals {
  /// `value` with a fixed number of digits after the point.
  package static func text(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// An integer with commas between groups of three digits.
  package static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }
}
