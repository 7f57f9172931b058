// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The configuration of a model, and what tells it and its data from others.
package struct Settings: Sendable, Equatable {
  package struct Value: Sendable, Equatable {
    package var key: String
    package var value: String
    /// What the preset has in its place; nil where it has the same.
    package var preset: String?
  }

  package var presetName: String
  package var values: [Value]
  /// Name and value, such as the fingerprints.
  package var identity: [(name: String, value: String)]

  package var changed: [Value] { values.filter { $0.preset != nil } }

  package static func == (left: Settings, right: Settings) -> Bool {
    left.presetName == right.presetName && left.values == right.values
      && left.identity.elementsEqual(right.identity) { $0 == $1 }
  }

  package init(_ model: Model, features fingerprint: String?) {
    let own = model.configuration.flattened
    let preset = Configuration(
      preset: model.configuration.preset, seed: model.configuration.seed
    ).flattened
    presetName = model.configuration.preset.rawValue
    values = own.keys.sorted().map { key in
      let (value, usual) = (own[key] ?? "", preset[key] ?? "not set")
      return Value(key: key, value: value, preset: value == usual ? nil : usual)
    }
    identity = [
      ("Written by", "marnet-plugin \(ToolVersion.current)"), ("Model", model.fingerprint),
      ("Data it was fitted on", model.dataFingerprint),
    ]
    if let fingerprint { identity.append(("Rows of this report", fingerprint)) }
  }
}
