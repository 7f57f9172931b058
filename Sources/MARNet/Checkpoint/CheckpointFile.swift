// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense

/// One file of a checkpoint: a JSON description and arrays as they lie in memory, under a checksum.
///
/// Bytes: "MARNETCK"; the length of the JSON header as UInt64; the header; the arrays in the order of
/// the header, without gaps; XXH64 of all that as UInt64. Integers are little-endian. Only the tool
/// that wrote it reads it again, so nothing of it is promised to others.
package struct CheckpointFile {
  /// Why a file is none of ours, or not whole.
  package enum Malformed: Error, Equatable, CustomStringConvertible {
    /// In words.
    case unreadable(String)
    case notACheckpoint
    case truncated(found: Int, needed: Int)
    case damaged
    case lacks(String)
    /// The array of that name holds numbers that are not finite, or that no fit comes to.
    case impossible(String)

    package var description: String {
      switch self {
      case .unreadable(let reason): reason
      case .notACheckpoint: "it is not a file of a checkpoint"
      case .truncated(let found, let needed): "it has \(found) bytes and needs \(needed)"
      case .damaged: "its checksum is another"
      case .lacks(let name): "it lacks \(name)"
      case .impossible(let name): "\(name) holds numbers that no fit comes to"
      }
    }
  }

  /// An array to be written.
  package enum Array {
    case floats(AlignedBuffer)
    case bytes([UInt8])

    var byteCount: Int {
      switch self {
      case .floats(let buffer): buffer.count * MemoryLayout<Float>.stride
      case .bytes(let bytes): bytes.count
      }
    }

    func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
      switch self {
      case .floats(let buffer):
        try body(UnsafeRawBufferPointer(start: buffer.pointer, count: byteCount))
        withExtendedLifetime(buffer) {}
      case .bytes(let bytes): try bytes.withUnsafeBytes(body)
      }
    }
  }

  private struct Header<Description: Codable>: Codable {
    var description: Description
    var sections: [Section]
  }

  private struct Section: Codable {
    var name: String
    var byteCount: Int
  }

  private struct Sections: Decodable {
    var sections: [Section]
  }

  private struct Described<Description: Decodable>: Decodable {
    var description: Description
  }

  private static let magic = [UInt8]("MARNETCK".utf8)
  /// A header is some kilobytes and a record an epoch, of which there are a million at most.
  private static let largestHeader = 256 << 20
  private static let mostValues = 12_000_000
  private static let checksumBytes = 8

  private let source: CheckpointBytes
  private let header: Data
  private let places: [String: Range<Int>]

  /// Writes a file that appears at `path` whole or not at all.
  ///
  /// - Throws: `DataError.cannotWrite`.
  package static func write(
    _ description: some Codable, _ arrays: [(name: String, array: Array)], to path: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let header = try encoder.encode(
      Header(
        description: description,
        sections: arrays.map { Section(name: $0.name, byteCount: $0.array.byteCount) }))
    let file = try AtomicFile(path: path)
    let output = try OutputDescriptor(creating: file.temporaryPath, shownAs: path)
    var hash = ContentHash()
    func put(_ bytes: UnsafeRawBufferPointer) throws {
      hash.update(bytes)
      try output.write(bytes)
    }
    try magic.withUnsafeBytes(put)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian, put)
    try header.withUnsafeBytes(put)
    for (_, array) in arrays { try array.withUnsafeBytes(put) }
    try withUnsafeBytes(of: hash.value.littleEndian) { try output.write($0) }
    try output.close()
    try file.commit()
  }

  /// Opens a file and checks every byte of it.
  ///
  /// - Throws: `Malformed`.
  package init(path: String) throws(Malformed) {
    try self.init(
      .file(try Self.readable { () throws(PlainFile.Refusal) in try PlainFile(path) }))
  }

  /// The same of the bytes of a file that another rank has read.
  init(contents: [UInt8]) throws(Malformed) { try self.init(.memory(contents)) }

  private init(_ source: CheckpointBytes) throws(Malformed) {
    self.source = source
    let size = source.byteCount
    let start = Self.magic.count + 8
    guard size >= start + Self.checksumBytes,
      try source.bytes(0..<Self.magic.count).elementsEqual(Self.magic)
    else { throw .notACheckpoint }
    let length = try Self.integer(at: Self.magic.count, of: source)
    guard length <= Self.largestHeader else { throw .damaged }
    guard Int(length) <= size - start - Self.checksumBytes else {
      throw .truncated(found: size, needed: start + Int(length) + Self.checksumBytes)
    }
    header = Data(try source.bytes(start..<start + Int(length)))
    if let objection = JSONLimits.objection(to: header, mostValues: Self.mostValues) {
      throw .unreadable(objection)
    }
    guard let sections = try? JSONDecoder().decode(Sections.self, from: header).sections else {
      throw .notACheckpoint
    }
    var at = start + Int(length)
    var places: [String: Range<Int>] = [:]
    for section in sections {
      guard section.byteCount >= 0, section.byteCount <= size - Self.checksumBytes - at,
        places.updateValue(at..<at + section.byteCount, forKey: section.name) == nil
      else { throw .damaged }
      at += section.byteCount
    }
    guard at == size - Self.checksumBytes else {
      throw .truncated(found: size, needed: at + Self.checksumBytes)
    }
    self.places = places
    guard try Self.hash(of: source, byteCount: at) == Self.integer(at: at, of: source) else {
      throw .damaged
    }
  }

  /// The whole file.
  func contents() throws(Malformed) -> [UInt8] { try source.bytes(0..<source.byteCount) }

  /// What the file says of itself.
  package func description<Description: Decodable>(
    _ type: Description.Type
  ) throws(Malformed) -> Description {
    do {
      return try JSONDecoder().decode(Described<Description>.self, from: header).description
    } catch {
      throw .lacks("a description")
    }
  }

  /// Reads the array `name` into `target`, which it must fill.
  package func read(_ name: String, into target: UnsafeMutableRawBufferPointer) throws(Malformed) {
    guard let place = places[name], place.count == target.count else { throw .lacks(name) }
    try source.read(at: place.lowerBound, into: target)
  }

  /// Reads an array of `count` finite numbers.
  package func finiteValues(_ name: String, count: Int) throws(Malformed) -> [Float] {
    let values = try values(name, count: count, of: Float.self)
    guard values.allSatisfy(\.isFinite) else { throw .impossible(name) }
    return values
  }

  /// Reads an array of `count` values.
  package func values<Value: BitwiseCopyable>(
    _ name: String, count: Int, of type: Value.Type
  ) throws(Malformed) -> [Value] {
    guard let place = places[name], count >= 0,
      place.count / MemoryLayout<Value>.stride == count,
      place.count % MemoryLayout<Value>.stride == 0
    else { throw .lacks(name) }
    do {
      return try [Value](unsafeUninitializedCapacity: count) { buffer, initialised in
        try read(name, into: UnsafeMutableRawBufferPointer(buffer))
        initialised = count
      }
    } catch let error as Malformed {
      throw error
    } catch {
      throw .damaged
    }
  }

  private static func hash(of source: CheckpointBytes, byteCount: Int) throws(Malformed) -> UInt64 {
    var hash = ContentHash()
    for first in stride(from: 0, to: byteCount, by: 1 << 20) {
      hash.update(try source.bytes(first..<min(first + 1 << 20, byteCount)))
    }
    return hash.value
  }

  private static func integer(at offset: Int, of source: CheckpointBytes) throws(Malformed)
    -> UInt64
  {
    try source.bytes(offset..<offset + 8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func readable<Result>(
    _ read: () throws(PlainFile.Refusal) -> Result
  ) throws(Malformed) -> Result {
    do { return try read() } catch { throw .unreadable(error.reason) }
  }
}
