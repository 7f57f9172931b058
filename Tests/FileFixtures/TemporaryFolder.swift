// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A fresh folder, removed with everything in it when the last reference goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  /// - Parameter parent: a folder that is there.
  package init(in parent: String = "/tmp") throws {
    var template = Array("\(parent)/marnet-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FixtureError.system("mkdtemp") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Names in the folder, hidden ones too, sorted.
  package var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Removes the folder now, where its last reference never goes.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  deinit { remove() }
}

package enum FixtureError: Error { case system(String), hdf5(String) }

/// The bytes of a file.
package func bytes(of path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Writes `bytes` to a file.
package func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}
