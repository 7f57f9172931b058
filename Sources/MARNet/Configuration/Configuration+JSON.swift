// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Configuration {
  /// Reads a configuration file: the `config.json` of a model, or any part of a configuration,
  /// laid over the defaults of its preset.
  ///
  /// - Throws: `ConfigurationError` for text that is not JSON, an unknown key or a wrong type.
  public init(json data: Data, path: String) throws(ConfigurationError) {
    let object: [String: Any]
    do {
      guard let parsed = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw ConfigurationError.notJSON(path: path, reason: "the top level is not an object")
      }
      object = parsed
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw .notJSON(path: path, reason: "it cannot be parsed")
    }
    let overlay = object["configuration"] as? [String: Any] ?? object
    let preset = (overlay["preset"] as? String).flatMap(Preset.init(rawValue:)) ?? .plugin
    let base = Configuration(preset: preset)
    do {
      let encoded = try Self.encoder().encode(base)
      var merged = try JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:]
      // Optional values are absent from their encoding: name them so that they are known.
      var training = merged["training"] as? [String: Any] ?? [:]
      training["epochs"] = NSNull()
      merged["training"] = training
      let full = try Self.overlay(overlay, on: merged, prefix: "")
      let final = try JSONSerialization.data(withJSONObject: full)
      self = try Self.decoder().decode(Configuration.self, from: final)
    } catch let error as ConfigurationError {
      throw error
    } catch let error as DecodingError {
      throw Self.wrongType(error)
    } catch {
      throw .notJSON(path: path, reason: "it cannot be read")
    }
  }

  /// Keys are written in snake case, sorted, so that equal values give equal bytes.
  static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private static func overlay(
    _ new: [String: Any], on base: [String: Any], prefix: String
  ) throws(ConfigurationError) -> [String: Any] {
    var result = base
    for (key, value) in new.sorted(by: { $0.key < $1.key }) {
      guard let old = base[key] else {
        let known = base.keys.map { prefix + $0 }
        throw .unknownKey(key: prefix + key, nearest: Spelling.nearest(to: prefix + key, in: known))
      }
      if let old = old as? [String: Any] {
        guard let value = value as? [String: Any] else {
          throw .wrongType(key: prefix + key, reason: "an object is needed")
        }
        result[key] = try overlay(value, on: old, prefix: prefix + key + ".")
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
