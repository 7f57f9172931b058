// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A fresh folder, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/marnet-data-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FixtureError.system("mkdtemp") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Names in the folder, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  deinit {
    for name in names { if unlink(file(name)) != 0 { rmdir(file(name)) } }
    rmdir(path)
  }
}

enum FixtureError: Error { case system(String), hdf5(String) }

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  guard let stream = fopen(path, "rb") else { throw FixtureError.system("open \(path)") }
  defer { fclose(stream) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, stream)
    if count == 0 { return result }
    result += buffer[..<count]
  }
}

/// Writes `bytes` to a file.
func write(_ bytes: [UInt8], to path: String) throws {
  guard let stream = fopen(path, "wb") else { throw FixtureError.system("open \(path)") }
  defer { fclose(stream) }
  guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
    throw FixtureError.system("write \(path)")
  }
}
