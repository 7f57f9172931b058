// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense
import MARNetHeads

/// The files of a saved model: `model.safetensors`, `config.json`, `metrics.jsonl`,
/// `README.md`.
enum ModelDirectory {
  static let weightsName = "model.safetensors"
  static let configName = "config.json"
  static let metricsName = "metrics.jsonl"
  static let cardName = "README.md"
  static let formatVersion = 1

  /// What `config.json` holds.
  struct Description: Codable {
    var format: String
    var formatVersion: Int
    var toolVersion: String
    var configuration: Configuration
    var visualWidth: Int
    var textWidth: Int
    var classNames: [String]
    var dataFingerprint: String
    var decision: Model.Decision
    var calibrationTemperature: Double
    var hasTextProjector: Bool
    var imageOnlyControls: Int
    var hasJointControl: Bool
    var report: FitReport
  }

  static func read(_ path: String) throws -> (Description, Safetensors) {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let config = folder.appendingPathComponent(configName).path
    let weights = folder.appendingPathComponent(weightsName).path
    let description: Description
    do {
      description = try Configuration.decoder().decode(
        Description.self, from: try json(at: config, directory: path))
    } catch let error as DecodingError {
      throw ModelError.unreadable(path: config, reason: Self.reason(error))
    }
    guard description.format == "marnet-plugin" else {
      throw ModelError.unreadable(
        path: config, reason: "its format is '\(description.format)', not 'marnet-plugin'")
    }
    guard description.formatVersion == formatVersion else {
      throw ModelError.unreadable(
        path: config,
        reason: "format version \(description.formatVersion); this tool reads \(formatVersion)")
    }
    do {
      return (description, try Safetensors(try open(weights, directory: path)))
    } catch let error as Safetensors.Malformed {
      throw ModelError.unreadable(path: weights, reason: Self.reason(error))
    }
  }

  /// Where a model is written: whole or not at all, in the place of a model only.
  static func output(_ path: String) -> OutputDirectory {
    OutputDirectory(
      path: path, kind: "model directory",
      names: [weightsName, configName, metricsName, cardName])
  }

  private static func json(at path: String, directory: String) throws -> Data {
    let file = try open(path, directory: directory)
    do {
      let bytes = try file.contents(most: JSONLimits.mostBytes)
      if let objection = JSONLimits.objection(to: bytes) {
        throw ModelError.unreadable(path: path, reason: objection)
      }
      return Data(bytes)
    } catch let error as PlainFile.Refusal {
      throw ModelError.unreadable(path: path, reason: error.reason)
    }
  }

  /// Opens a file of the directory; one that is a link may not lead out of it.
  private static func open(_ path: String, directory: String) throws -> PlainFile {
    do throws(PlainFile.Refusal) {
      return try PlainFile(path, within: directory)
    } catch {
      guard error == .notFound else {
        throw ModelError.unreadable(path: path, reason: error.reason)
      }
      if FileManager.default.fileExists(atPath: directory) {
        throw ModelError.unreadable(path: directory, reason: "it has no \(name(of: path))")
      }
      throw ModelError.notFound(path: directory)
    }
  }

  private static func name(of path: String) -> String {
    URL(fileURLWithPath: path).lastPathComponent
  }

  private static func reason(_ error: Error) -> String {
    if let error = error as? DecodingError {
      switch error {
      case .keyNotFound(let key, _): return "it has no '\(key.stringValue)'"
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        return place.isEmpty ? "it is not JSON of a model" : "'\(place)' cannot be read"
      @unknown default: return "it cannot be read"
      }
    }
    if let error = error as? Safetensors.Malformed {
      switch error {
      case .truncated(let needed, let found):
        return "it has \(found) bytes and needs \(needed)"
      case .header(let text): return text
      case .tensor(let name, let text): return "tensor '\(name)': \(text)"
      case .unreadable(let text): return text
      }
    }
    return error.localizedDescription
  }
}
