// SPDX-License-Identifier: Apache-2.0

import Foundation

enum Power {
  /// x to the power y.
  static func of(_ x: Double, _ y: Double) -> Double { pow(x, y) }
}

enum Logarithm {
  /// ln x.
  static func of(_ x: Double) -> Double { log(x) }
}
