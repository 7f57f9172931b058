// SPDX-License-Identifier: Apache-2.0

/// A message in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding),
/// whose size is known before its tensors are made.
///
/// Messages lie flat: one that is added to another becomes a length and its own parts.
package struct ProtobufMessage {
  private enum Part {
    case bytes([UInt8])
    /// Little-endian Float32, made when they are written.
    case floats(() -> [Float])
  }

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private var parts: [Part] = []
  /// Bytes of the encoded message.
  package private(set) var byteCount = 0

  package init() {}

  /// An integer, enumeration or boolean.
  package mutating func add(_ field: Int, _ value: Int64) {
    append(Self.tag(field, .varint) + Self.varint(UInt64(bitPattern: value)))
  }

  package mutating func add(_ field: Int, float value: Float) {
    append(
      Self.tag(field, .fixed32) + withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init))
  }

  package mutating func add(_ field: Int, double value: Double) {
    append(
      Self.tag(field, .fixed64) + withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init))
  }

  package mutating func add(_ field: Int, _ text: String) {
    append(Self.tag(field, .lengthDelimited) + Self.varint(UInt64(text.utf8.count)) + text.utf8)
  }

  package mutating func add(_ field: Int, _ bytes: [UInt8]) {
    append(Self.tag(field, .lengthDelimited) + Self.varint(UInt64(bytes.count)) + bytes)
  }

  package mutating func add(_ field: Int, _ message: ProtobufMessage) {
    append(Self.tag(field, .lengthDelimited) + Self.varint(UInt64(message.byteCount)))
    for part in message.parts {
      if case .bytes(let bytes) = part { append(bytes) } else { parts.append(part) }
    }
    byteCount += message.byteCount - message.plainByteCount
  }

  /// `count` values of Float32 as bytes; `make` is called when the message is written.
  package mutating func add(_ field: Int, count: Int, floats make: @escaping () -> [Float]) {
    append(Self.tag(field, .lengthDelimited) + Self.varint(UInt64(4 * count)))
    parts.append(
      .floats {
        let values = make()
        precondition(values.count == count, "\(count) values were promised; got \(values.count)")
        return values
      })
    byteCount += 4 * count
  }

  /// Hands the encoded bytes to `sink`, piece by piece.
  package func write<Failure: Error>(
    to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    for part in parts {
      var failure: Failure?
      func pass(_ bytes: UnsafeRawBufferPointer) {
        do throws(Failure) { try sink(bytes) } catch { failure = error }
      }
      switch part {
      case .bytes(let bytes): bytes.withUnsafeBytes(pass)
      case .floats(let make): make().withUnsafeBytes(pass)
      }
      if let failure { throw failure }
    }
  }

  /// The encoded bytes, of a message without large tensors.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(byteCount)
    write { (piece) throws(Never) in result += piece }
    return result
  }

  /// Bytes of the parts that are not tensors.
  private var plainByteCount: Int {
    parts.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } }
  }

  private mutating func append(_ bytes: [UInt8]) {
    byteCount += bytes.count
    if case .bytes(var last)? = parts.last {
      parts.removeLast()
      last += bytes
      parts.append(.bytes(last))
    } else {
      parts.append(.bytes(bytes))
    }
  }

  private static func tag(_ field: Int, _ type: WireType) -> [UInt8] {
    varint(UInt64(field) << 3 | type.rawValue)
  }

  /// Seven bits a byte, the lowest first; the high bit says that more follow.
  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
