// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData

extension Configuration {
  /// Reads a configuration file: the `config.json` of a model, or any part of a configuration,
  /// laid over the defaults of its preset.
  ///
  /// - Parameters:
  ///   - data: the text of the file, UTF-8.
  ///   - path: what errors call it.
  ///   - preset: must be the file's, where the file names one.
  /// - Throws: `ConfigurationError` for text that is not JSON, an unknown key, a wrong type or
  ///   another preset.
  public init(
    json data: Data, path: String, preset: Preset? = nil
  ) throws(ConfigurationError) {
    if let objection = JSONLimits.objection(to: data) {
      throw .notJSON(path: path, reason: objection)
    }
    guard let parsed = try? JSONSerialization.jsonObject(with: data) else {
      throw .notJSON(path: path, reason: "it cannot be parsed")
    }
    guard let object = parsed as? [String: Any] else {
      throw .notJSON(path: path, reason: "the top level is not an object")
    }
    let overlay = object["configuration"] as? [String: Any] ?? object
    let named = (overlay["preset"] as? String).flatMap(Preset.init(rawValue:))
    if let preset, let named, preset != named {
      throw .incompatible(
        reason: "\(path) holds values of preset '\(named.rawValue)', but '\(preset.rawValue)' "
          + "was asked for",
        remedy: "Leave '--preset' out, or start from a file without 'preset'.")
    }
    self = try Configuration(preset: preset ?? named ?? .plugin).overlaying(overlay)
  }

  /// Reads the configuration file at `path`, as `init(json:path:preset:)` does.
  ///
  /// - Throws: `ModelError.configurationNotFound`; `ConfigurationError` also for a file that is
  ///   no plain file, or too large.
  public init(contentsOfFile path: String, preset: Preset? = nil) throws {
    do {
      let bytes = try PlainFile(path).contents(most: JSONLimits.mostBytes)
      self = try Configuration(json: Data(bytes), path: path, preset: preset)
    } catch PlainFile.Refusal.notFound {
      throw ModelError.configurationNotFound(path: path)
    } catch let error as PlainFile.Refusal {
      throw ConfigurationError.notJSON(path: path, reason: error.reason)
    }
  }

  /// Sets hyper-parameters given as text, such as `alignment.weight=0.5`; keys as in a file.
  ///
  /// - Throws: `ConfigurationError` for an unknown key or a wrong type.
  public func setting(_ assignments: [String]) throws(ConfigurationError) -> Configuration {
    var result = self
    for assignment in assignments {
      let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw .wrongType(key: assignment, reason: "'key=value' is needed")
      }
      let fragment = try? JSONSerialization.jsonObject(
        with: Data(parts[1].utf8), options: .fragmentsAllowed)
      var overlay: Any = fragment ?? parts[1]
      for name in parts[0].split(separator: ".").reversed() { overlay = [String(name): overlay] }
      guard let overlay = overlay as? [String: Any] else {
        throw .wrongType(key: assignment, reason: "'key=value' is needed")
      }
      result = try result.overlaying(overlay)
    }
    return result
  }

  private static let optionalKeys = [
    "training": ["epochs", "shuffle_rows", "slab_rows", "parts"], "alignment": ["negatives"],
  ]

  /// This configuration with the values of `overlay`, keys in snake case.
  private func overlaying(
    _ overlay: [String: Any]
  ) throws(ConfigurationError) -> Configuration {
    do {
      let encoded = try Self.encoder().encode(self)
      var base = try JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:]
      // An optional without a value is absent from its encoding: name it, so that it is known.
      for (group, keys) in Self.optionalKeys {
        var values = base[group] as? [String: Any] ?? [:]
        for key in keys where values[key] == nil { values[key] = NSNull() }
        base[group] = values
      }
      let merged = try Self.merge(overlay, over: base, prefix: "")
      return try Self.decoder().decode(
        Configuration.self, from: try JSONSerialization.data(withJSONObject: merged))
    } catch let error as ConfigurationError {
      throw error
    } catch let error as DecodingError {
      throw Self.wrongType(error)
    } catch {
      throw .wrongType(key: "?", reason: "it cannot be encoded")
    }
  }

  /// Keys are written in snake case, sorted, so that equal values give equal bytes.
  package static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// Reads what `encoder` writes.
  package static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private static func merge(
    _ new: [String: Any], over base: [String: Any], prefix: String
  ) throws(ConfigurationError) -> [String: Any] {
    var result = base
    for (key, value) in new.sorted(by: { $0.key < $1.key }) {
      guard let old = base[key] else {
        let known = base.keys.map { prefix + $0 }
        throw .unknownKey(key: prefix + key, nearest: nearestName(to: prefix + key, in: known))
      }
      // Weights name classes, not keys: new ones take the place of all the old.
      if let old = old as? [String: Any], prefix + key != "training.class_weights" {
        guard let value = value as? [String: Any] else {
          throw .wrongType(key: prefix + key, reason: "an object is needed")
        }
        result[key] = try merge(value, over: old, prefix: prefix + key + ".")
      } else {
        result[key] = value
      }
    }
    return result
  }

  private static func wrongType(_ error: DecodingError) -> ConfigurationError {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
      .dataCorrupted(let found):
      context = found
    @unknown default:
      return .wrongType(key: "?", reason: "unknown")
    }
    let key = context.codingPath.map(\.stringValue).joined(separator: ".")
    return .wrongType(key: key, reason: context.debugDescription)
  }
}
