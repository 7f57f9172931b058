// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The parts of a checkpoint file between its signature and its checksum.
private struct CheckpointParts {
  private static let signature = Array("MARNETCK".utf8)
  var header: [UInt8]
  var arrays: [UInt8]

  /// Nil for what is no such file.
  init?(_ bytes: [UInt8]) {
    let start = Self.signature.count + 8
    guard bytes.count >= start + 8, bytes.starts(with: Self.signature) else { return nil }
    let length = bytes[8..<start].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= bytes.count - start - 8 else { return nil }
    header = Array(bytes[start..<start + Int(length)])
    arrays = Array(bytes[(start + Int(length))..<(bytes.count - 8)])
  }

  /// The file of these parts, with the length and the checksum that belong to them.
  var sealed: [UInt8] {
    func bytes(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(value >> (8 * $0) & 0xFF) } }
    var body = Self.signature
    body += bytes(UInt64(header.count))
    body += header
    body += arrays
    var hash = ContentHash()
    hash.update(body)
    return body + bytes(hash.value)
  }
}

extension Mutation {
  /// Numbers that no fit comes to, and one beside them that it might.
  private static let floats: [Float] = [
    .nan, .infinity, -.infinity, -1, 1e38, -1e38, 1e20, .leastNonzeroMagnitude, 0, 3,
  ]

  /// Changes a checkpoint file, mostly beneath its checksum: what the file claims is attacked,
  /// not the sum over it.
  mutating func changeCheckpoint() {
    guard random.below(8) > 0, var parts = CheckpointParts(bytes) else { return changeBytes() }
    for _ in 0...random.below(1 + random.below(3)) {
      switch random.below(8) {
      case 0, 1: parts.header = changedText(of: parts.header)
      case 2, 3, 4:
        // What it says of itself, the sizes of its arrays as they are.
        let end = parts.header.firstRange(of: Array(",\"sections\":".utf8))?.lowerBound ?? 0
        parts.header = changedText(of: Array(parts.header[..<end])) + parts.header[end...]
      case 5: parts.arrays = changedBytes(of: parts.arrays)
      case 6:
        guard parts.arrays.count >= 4 else { break }
        let at = random.below(parts.arrays.count / 4) * 4
        let pattern = random.pick(Self.floats).bitPattern
        for index in 0..<4 { parts.arrays[at + index] = UInt8(pattern >> (8 * index) & 0xFF) }
      default:
        guard let other = CheckpointParts(random.pick(corpus)) else { break }
        if random.below(2) == 0 { parts.arrays = other.arrays } else { parts.header = other.header }
      }
    }
    bytes = parts.sealed
  }

  private mutating func changedText(of text: [UInt8]) -> [UInt8] {
    changed(text) {
      if $0.random.below(4) == 0 { $0.exchangeNumbers() } else { $0.changeText() }
    }
  }

  private mutating func changedBytes(of part: [UInt8]) -> [UInt8] {
    changed(part) { if !$0.bytes.isEmpty { $0.changeBytes() } }
  }

  private mutating func changed(
    _ part: [UInt8], _ change: (inout Mutation) -> Void
  ) -> [UInt8] {
    let whole = bytes
    defer { bytes = whole }
    bytes = part
    change(&self)
    return bytes
  }

  /// Lets two numbers change places: sizes whose product stays.
  private mutating func exchangeNumbers() {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let starts = bytes.indices.filter {
      isDigit(bytes[$0]) && ($0 == 0 || !isDigit(bytes[$0 - 1]))
    }
    guard starts.count > 1 else { return }
    // Those that stand near each other belong together.
    let first = random.below(starts.count - 1)
    let second = min(starts.count - 1, first + 1 + random.below(3))
    func range(_ start: Int) -> Range<Int> {
      start..<(bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count)
    }
    let (early, late) = (range(starts[first]), range(starts[second]))
    let (one, other) = (Array(bytes[early]), Array(bytes[late]))
    // From the back, so that the earlier place stays where it is.
    bytes.replaceSubrange(late, with: one)
    bytes.replaceSubrange(early, with: other)
  }
}
