// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory that this process may still take.
package enum AvailableMemory {
  /// Where nothing can be found out.
  private static let fallback = 2 << 30

  /// The least of what the system has available and what the control groups of this process
  /// leave.
  package static var byteCount: Int {
    byteCount(systemInformation: file("/proc/meminfo"), groups: file("/proc/self/cgroup")) {
      file("/sys/fs/cgroup/" + $0)
    }
  }

  /// - Parameters:
  ///   - systemInformation: /proc/meminfo.
  ///   - groups: /proc/self/cgroup.
  ///   - read: the file at a path below /sys/fs/cgroup; nil where there is none.
  package static func byteCount(
    systemInformation: String?, groups: String?, read: (String) -> String?
  ) -> Int {
    var least = systemInformation.flatMap { value("MemAvailable:", in: $0) }.map { $0 << 10 }
    for line in (groups ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[0] == "0" && parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
      // Limits of parents hold as well.
      var folders = parts[2].split(separator: "/")
      while true {
        let folder = folders.map { "/" + $0 }.joined()
        if let left = isUnified ? unified(folder, read) : legacy(folder, read) {
          least = min(least ?? left, left)
        }
        guard folders.popLast() != nil else { break }
      }
    }
    return max(least ?? fallback, 0)
  }

  private static func unified(_ folder: String, _ read: (String) -> String?) -> Int? {
    guard let limit = number(read(folder + "/memory.max")),
      let used = number(read(folder + "/memory.current"))
    else { return nil }
    // Cached files count as used, but give way.
    let cached = read(folder + "/memory.stat").flatMap { value("inactive_file", in: $0) } ?? 0
    return limit - used + cached
  }

  private static func legacy(_ folder: String, _ read: (String) -> String?) -> Int? {
    let place = "memory" + folder
    guard let limit = number(read(place + "/memory.limit_in_bytes")),
      let used = number(read(place + "/memory.usage_in_bytes"))
    else { return nil }
    let cached =
      read(place + "/memory.stat").flatMap { value("total_inactive_file", in: $0) } ?? 0
    return limit - used + cached
  }

  private static func number(_ text: String?) -> Int? {
    text.flatMap { Int($0.split { $0.isWhitespace }.first ?? "") }
  }

  private static func value(_ name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
  }

  private static func file(_ path: String) -> String? {
    guard let stream = fopen(path, "r") else { return nil }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
