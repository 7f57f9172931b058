// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Configuration {
  /// The first hyper-parameter, by name, that is another in `earlier`, in words; nil where none is.
  func difference(from earlier: Configuration) -> String? {
    let (here, there) = (flattened, earlier.flattened)
    for key in Set(here.keys).union(there.keys).sorted() where here[key] != there[key] {
      return "'\(key)' is \(here[key] ?? "not set") now and was \(there[key] ?? "not set")"
    }
    return nil
  }

  /// Every value as text, by its name with dots.
  package var flattened: [String: String] {
    guard let data = try? Self.encoder().encode(self),
      let object = try? JSONSerialization.jsonObject(with: data)
    else { return [:] }
    var values: [String: String] = [:]
    func add(_ value: Any, _ name: String) {
      if let value = value as? [String: Any] {
        for (key, value) in value { add(value, name.isEmpty ? key : "\(name).\(key)") }
      } else if let list = value as? [Any] {
        values[name] = "[" + list.map { "\($0)" }.joined(separator: ", ") + "]"
      } else {
        values[name] = "\(value)"
      }
    }
    add(object, "")
    return values
  }
}
