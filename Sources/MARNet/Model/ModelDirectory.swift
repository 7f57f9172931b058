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
  /// A config.json of a stranger is not read beyond this.
  private static let largestConfig = 64 << 20

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
        Description.self, from: try contents(of: config, directory: path))
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
      return (
        description, try Safetensors(decoding: try contents(of: weights, directory: path))
      )
    } catch let error as Safetensors.Malformed {
      throw ModelError.unreadable(path: weights, reason: Self.reason(error))
    }
  }

  /// Writes all files beside the directory, flushes them and renames: a crash never leaves
  /// half a model.
  static func write(_ files: [(name: String, data: Data)], to path: String, overwrite: Bool) throws
  {
    let (target, staging) = try begin(path, overwrite: overwrite)
    do {
      for file in files {
        let url = staging.appendingPathComponent(file.name)
        try file.data.write(to: url)
        try flush(url.path)
      }
      try flush(staging.path)
      if FileManager.default.fileExists(atPath: target.path) {
        try replace(target, with: staging)
      } else {
        try FileManager.default.moveItem(at: staging, to: target)
      }
      try flush(target.deletingLastPathComponent().path)
    } catch {
      try? FileManager.default.removeItem(at: staging)
      throw ModelError.cannotWrite(path: path, reason: reason(error))
    }
  }

  /// Tries, before a long fit, whether a model can be written to `path`; leaves nothing there.
  static func requireCanWrite(to path: String, overwrite: Bool) throws {
    let staging = try begin(path, overwrite: overwrite).staging
    try? FileManager.default.removeItem(at: staging)
  }

  /// Makes the empty directory beside `path` in which its files will be written.
  private static func begin(
    _ path: String, overwrite: Bool
  ) throws -> (target: URL, staging: URL) {
    let target = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    if FileManager.default.fileExists(atPath: target.path) {
      guard overwrite else { throw ModelError.outputExists(path: path) }
      try requireIsModel(target, path: path)
    }
    let staging = target.deletingLastPathComponent().appendingPathComponent(
      ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial",
      isDirectory: true)
    do {
      try? FileManager.default.removeItem(at: staging)
      try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: false)
    } catch {
      throw ModelError.cannotWrite(path: path, reason: reason(error))
    }
    return (target, staging)
  }

  /// Replacing removes what was there: only ever a model, and nothing beside its files.
  private static func requireIsModel(_ target: URL, path: String) throws {
    let names = try? FileManager.default.contentsOfDirectory(atPath: target.path)
    guard let names, Set(names).isSubset(of: [weightsName, configName, metricsName, cardName])
    else {
      throw ModelError.cannotWrite(
        path: path, reason: "it is not a model directory, or holds other files too")
    }
  }

  /// Moves the old directory aside, the new one in, then removes the old.
  private static func replace(_ target: URL, with staging: URL) throws {
    let old = staging.appendingPathExtension("old")
    try FileManager.default.moveItem(at: target, to: old)
    do {
      try FileManager.default.moveItem(at: staging, to: target)
    } catch {
      try? FileManager.default.moveItem(at: old, to: target)
      throw error
    }
    try? FileManager.default.removeItem(at: old)
  }

  private static func contents(of path: String, directory: String) throws -> Data {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      if FileManager.default.fileExists(atPath: directory) {
        throw ModelError.unreadable(path: directory, reason: "it has no \(name(of: path))")
      }
      throw ModelError.notFound(path: directory)
    }
    let size = attributes[.size] as? Int ?? 0
    if path.hasSuffix(configName), size > largestConfig {
      throw ModelError.unreadable(path: path, reason: "it has \(size) bytes")
    }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ModelError.unreadable(path: path, reason: reason(error))
    }
  }

  private static func name(of path: String) -> String {
    URL(fileURLWithPath: path).lastPathComponent
  }

  private static func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
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
      }
    }
    return error.localizedDescription
  }
}
