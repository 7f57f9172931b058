// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData

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

  /// The places of one output, locked against other runs.
  private struct Places {
    let target: URL
    /// The empty directory beside `target` in which its files are written.
    let staging: URL
    let lock: FileLock

    /// Removes what was written beside the target.
    func clear() {
      try? FileManager.default.removeItem(at: staging)
      lock.removeFile()
    }
  }

  /// Writes all files beside the directory, flushes them and renames: a crash never leaves
  /// half a model.
  package func write(_ files: [(name: String, data: Data)], overwrite: Bool) throws {
    let places = try begin(overwrite: overwrite)
    defer { places.clear() }
    do {
      for file in files {
        let url = places.staging.appendingPathComponent(file.name)
        try file.data.write(to: url)
        try flushToDisk(url.path, shownAs: path)
      }
      try flushToDisk(places.staging.path, shownAs: path)
      if FileManager.default.fileExists(atPath: places.target.path) {
        try Self.replace(places.target, with: places.staging)
      } else {
        try FileManager.default.moveItem(at: places.staging, to: places.target)
      }
      try flushToDisk(places.target.deletingLastPathComponent().path, shownAs: path)
    } catch let error as DataError {
      throw error
    } catch {
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
  }

  /// Tries, before long work, whether it can be written; leaves nothing there.
  package func requireCanWrite(overwrite: Bool) throws {
    try begin(overwrite: overwrite).clear()
  }

  private func begin(overwrite: Bool) throws -> Places {
    let target = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    func beside(_ ending: String, isDirectory: Bool) -> URL {
      target.deletingLastPathComponent().appendingPathComponent(
        ".\(target.lastPathComponent).\(ending)", isDirectory: isDirectory)
    }
    if FileManager.default.fileExists(atPath: target.path) {
      guard overwrite else { throw ModelError.outputExists(path: path) }
      try requireMayReplace(target)
    }
    let lock = try FileLock(path: beside("lock", isDirectory: false).path, shownAs: path)
    // Not ".partial": a study keeps what it has finished beside its output under that name.
    let places = Places(
      target: target, staging: beside("staging", isDirectory: true), lock: lock)
    do {
      // A run that was killed may have left its own.
      try? FileManager.default.removeItem(at: places.staging)
      try FileManager.default.createDirectory(
        at: places.staging, withIntermediateDirectories: false)
    } catch {
      places.clear()
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
    return places
  }

  /// Replacing removes what was there: only ever such an output, and nothing beside its files.
  private func requireMayReplace(_ target: URL) throws {
    let found = try? FileManager.default.contentsOfDirectory(atPath: target.path)
    guard let found, Set(found).isSubset(of: names) else {
      throw ModelError.cannotWrite(
        path: path, reason: "it is not a \(kind), or holds other files too")
    }
  }

  /// Lets both change places; the old one is then cleared away like any leftover. Where the system
  /// cannot, there is a moment without either, and a failure puts the old one back.
  private static func replace(_ target: URL, with staging: URL) throws {
    if FolderExchange.exchange(target.path, staging.path) { return }
    let old = staging.appendingPathExtension("old")
    try? FileManager.default.removeItem(at: old)
    try FileManager.default.moveItem(at: target, to: old)
    do {
      try FileManager.default.moveItem(at: staging, to: target)
    } catch {
      try? FileManager.default.moveItem(at: old, to: target)
      throw error
    }
    try? FileManager.default.removeItem(at: old)
  }
}
