// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A directory that appears at its path whole or not at all, and replaces only its like.
package struct OutputDirectory {
  private let path: String
  private let kind: String
  private let names: Set<String>

  /// - Parameters:
  ///   - kind: what it is, for errors, such as "model directory".
  ///   - names: the files it may hold.
  package init(path: String, kind: String, names: Set<String>) {
    self.path = path
    self.kind = kind
    self.names = names
  }

  /// Writes all files beside the directory, flushes them and renames: a crash never leaves
  /// half a model.
  package func write(_ files: [(name: String, data: Data)], overwrite: Bool) throws {
    let (target, staging) = try begin(overwrite: overwrite)
    do {
      for file in files {
        let url = staging.appendingPathComponent(file.name)
        try file.data.write(to: url)
        try Self.flush(url.path)
      }
      try Self.flush(staging.path)
      if FileManager.default.fileExists(atPath: target.path) {
        try Self.replace(target, with: staging)
      } else {
        try FileManager.default.moveItem(at: staging, to: target)
      }
      try Self.flush(target.deletingLastPathComponent().path)
    } catch {
      try? FileManager.default.removeItem(at: staging)
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
  }

  /// Tries, before long work, whether it can be written; leaves nothing there.
  package func requireCanWrite(overwrite: Bool) throws {
    let staging = try begin(overwrite: overwrite).staging
    try? FileManager.default.removeItem(at: staging)
  }

  /// Makes the empty directory beside `path` in which its files will be written.
  private func begin(
    overwrite: Bool
  ) throws -> (target: URL, staging: URL) {
    let target = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    if FileManager.default.fileExists(atPath: target.path) {
      guard overwrite else { throw ModelError.outputExists(path: path) }
      try requireMayReplace(target)
    }
    let staging = target.deletingLastPathComponent().appendingPathComponent(
      ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial",
      isDirectory: true)
    do {
      try? FileManager.default.removeItem(at: staging)
      try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: false)
    } catch {
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
    return (target, staging)
  }

  /// Replacing removes what was there: only ever such an output, and nothing beside its files.
  private func requireMayReplace(_ target: URL) throws {
    let found = try? FileManager.default.contentsOfDirectory(atPath: target.path)
    guard let found, Set(found).isSubset(of: names) else {
      throw ModelError.cannotWrite(
        path: path, reason: "it is not a \(kind), or holds other files too")
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

  private static func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }
}
