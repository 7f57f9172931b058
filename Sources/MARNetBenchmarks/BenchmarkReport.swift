// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A figure or fact of a benchmark.
enum BenchmarkValue {
  case integer(Int)
  /// Printed with four significant digits.
  case number(Double)
  /// Printed with all its digits.
  case exact(Double)
  case text(String)

  var text: String {
    switch self {
    case .integer(let value): return "\(value)"
    case .exact(let value): return "\(value)"
    case .text(let value): return value
    case .number(let value):
      guard value.isFinite, value != 0 else { return "0" }
      var scale = 1.0
      while abs(value) * scale < 1_000 { scale *= 10 }
      return "\((value * scale).rounded() / scale)"
    }
  }

  var json: String {
    guard case .text(let value) = self, let quoted = try? JSONEncoder().encode(value) else {
      return text
    }
    return String(decoding: quoted, as: UTF8.self)
  }
}

/// Names and values, printed as lines or as one JSON object.
struct BenchmarkReport {
  private var entries: [(name: String, value: BenchmarkValue)]

  init(_ entries: [(name: String, value: BenchmarkValue)]) { self.entries = entries }

  mutating func add(_ name: String, _ value: BenchmarkValue) { entries.append((name, value)) }

  func print(asJSON: Bool) {
    if asJSON {
      let parts = entries.map { "\"\($0.name)\": \($0.value.json)" }
      Swift.print("{\(parts.joined(separator: ", "))}")
    } else {
      let width = entries.map(\.name.count).max() ?? 0
      for (name, value) in entries {
        Swift.print(name + String(repeating: " ", count: width + 2 - name.count) + value.text)
      }
    }
  }
}
