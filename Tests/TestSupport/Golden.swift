// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetDense

/// A node of a golden file (`Tests/Golden`, written by `make_golden.py`).
///
/// Reading a key that is not there, or a node as something it is not, throws an error that
/// names the path from the file on.
package struct Golden: Sendable {
  /// What a node holds.
  fileprivate indirect enum Content: Sendable {
    case array(shape: [Int], values: [Double])
    case object([String: Content])
    case list([Content])
    case number(Double)
    case text(String)
  }

  /// Why a golden file cannot be read as asked.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let path: String
  private let content: Content

  private init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// Reads `Tests/Golden/<name>.json`.
  package init(file name: String) throws {
    let url = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).json")
    path = name
    content = try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
  }

  /// The node at `key` of an object.
  package subscript(key: String) -> Golden {
    get throws {
      guard case .object(let members) = content, let member = members[key] else {
        throw Failure(description: "\(path) has no key '\(key)'; it has \(keys)")
      }
      return Golden(path: "\(path).\(key)", content: member)
    }
  }

  /// The names in an object, sorted; empty for anything else.
  package var keys: [String] {
    guard case .object(let members) = content else { return [] }
    return members.keys.sorted()
  }

  package func has(_ key: String) -> Bool { keys.contains(key) }

  package var items: [Golden] {
    get throws {
      guard case .list(let items) = content else { throw mismatch("a list") }
      return items.enumerated().map { Golden(path: "\(path)[\($0)]", content: $1) }
    }
  }

  package var double: Double {
    get throws {
      guard case .number(let value) = content else { throw mismatch("a number") }
      return value
    }
  }

  package var int: Int { get throws { Int(try double) } }

  package var float: Float { get throws { Float(try double) } }

  package var text: String {
    get throws {
      guard case .text(let value) = content else { throw mismatch("a text") }
      return value
    }
  }

  /// A 64-bit integer, written as "0x...".
  package var bits: UInt64 {
    get throws {
      guard let value = UInt64(try text.dropFirst(2), radix: 16) else { throw mismatch("bits") }
      return value
    }
  }

  /// The elements of an array, or of a list of numbers.
  package var doubles: [Double] {
    get throws {
      if case .array(_, let values) = content { return values }
      return try items.map { try $0.double }
    }
  }

  package var floats: [Float] { get throws { try doubles.map { Float($0) } } }

  package var ints: [Int] { get throws { try doubles.map { Int($0) } } }

  /// An array of two dimensions; one of one dimension becomes a row.
  package var matrix: Matrix {
    get throws {
      guard case .array(let shape, let values) = content, shape.count <= 2 else {
        throw mismatch("a matrix")
      }
      return Matrix(
        rowCount: shape.count == 2 ? shape[0] : 1, columnCount: shape[shape.count - 1],
        values: values.map { Float($0) })
    }
  }

  private func mismatch(_ wanted: String) -> Failure {
    Failure(description: "\(path) is not \(wanted)")
  }
}

extension Golden.Content: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: Decoder) throws {
    if let members = try? decoder.container(keyedBy: Key.self) {
      let (shape, values) = (Key(stringValue: "shape"), Key(stringValue: "values"))
      if members.contains(shape) {
        self = .array(
          shape: try members.decode([Int].self, forKey: shape),
          values: try members.decode([Double].self, forKey: values))
        return
      }
      var object: [String: Golden.Content] = [:]
      for key in members.allKeys {
        object[key.stringValue] = try members.decode(Golden.Content.self, forKey: key)
      }
      self = .object(object)
      return
    }
    let single = try decoder.singleValueContainer()
    if let number = try? single.decode(Double.self) {
      self = .number(number)
    } else if let text = try? single.decode(String.self) {
      self = .text(text)
    } else {
      self = .list(try single.decode([Golden.Content].self))
    }
  }
}
