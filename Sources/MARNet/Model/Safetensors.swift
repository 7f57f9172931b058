// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData

/// The safetensors format, version of huggingface/safetensors' README: 8 bytes of header
/// length, a JSON header, then the tensors' bytes, little-endian, without gaps.
/// Float32 only.
package struct Safetensors {
  /// A named tensor.
  package struct Tensor: Equatable {
    package var name: String
    package var shape: [Int]
    /// Row-major.
    package var values: [Float]

    package init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Why bytes are not a file of ours.
  package enum Malformed: Error, Equatable {
    case truncated(needed: Int, found: Int)
    case header(String)
    case tensor(name: String, String)
    /// The system does not read it.
    case unreadable(String)
  }

  /// Of which a tensor takes about a hundred bytes.
  private static let largestHeader = 1 << 20
  package var tensors: [Tensor]

  package init(_ tensors: [Tensor]) { self.tensors = tensors }

  package subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

  /// The file's bytes; tensors in the order given, header keys sorted.
  package func encoded() -> Data {
    var offset = 0
    var entries: [String] = ["\"__metadata__\":{\"format\":\"pt\"}"]
    for tensor in tensors {
      let end = offset + tensor.values.count * 4
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = "{" + entries.joined(separator: ",") + "}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var data = Data()
    data.reserveCapacity(8 + header.utf8.count + offset)
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    for tensor in tensors {
      tensor.values.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    return data
  }

  /// Reads bytes from a stranger: every length and offset is checked before it is used.
  package init(decoding data: Data) throws(Malformed) {
    let start = data.startIndex
    try self.init(byteCount: data.count) { (offset, target) throws(Malformed) in
      data.copyBytes(to: target, from: start + offset..<start + offset + target.count)
    }
  }

  /// Reads an open file of a stranger, each tensor straight into its place.
  package init(_ file: PlainFile) throws(Malformed) {
    try self.init(byteCount: file.byteCount) { (offset, target) throws(Malformed) in
      do throws(PlainFile.Refusal) {
        try file.read(at: offset, into: target)
      } catch {
        throw .unreadable(error.reason)
      }
    }
  }

  private typealias Read = (_ offset: Int, UnsafeMutableRawBufferPointer) throws(Malformed) -> Void

  private init(byteCount: Int, read: Read) throws(Malformed) {
    guard byteCount >= 8 else { throw .truncated(needed: 8, found: byteCount) }
    let length = try Self.bytes(8, at: 0, read).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard length <= UInt64(Self.largestHeader) else {
      throw .header("its header claims \(length) bytes")
    }
    let start = 8 + Int(length)
    guard byteCount >= start else { throw .truncated(needed: start, found: byteCount) }
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(try Self.bytes(Int(length), at: 8, read))
    } catch let error as SafetensorsHeader.Invalid {
      throw .header(error.reason)
    } catch let error as Malformed {
      throw error
    } catch {
      preconditionFailure("a header throws errors of its own only; got \(error)")
    }
    let places = try Self.places(header.entries, payload: byteCount - start)
    tensors = []
    for place in places {
      var values = [Float](repeating: 0, count: place.count)
      var failure: Malformed?
      values.withUnsafeMutableBytes { target in
        do throws(Malformed) { try read(start + place.offset, target) } catch { failure = error }
      }
      if let failure { throw failure }
      tensors.append(Tensor(name: place.name, shape: place.shape, values: values))
    }
  }

  /// Where the values of a tensor lie in the payload.
  private struct Place {
    let name: String
    let shape: [Int]
    let offset: Int
    let count: Int
  }

  /// The tensors in the order of their bytes.
  ///
  /// They fill the payload: tensors that share bytes would take many times the file's memory,
  /// and what no tensor names might be anything.
  private static func places(
    _ entries: [SafetensorsHeader.Entry], payload: Int
  ) throws(Malformed) -> [Place] {
    var places: [Place] = []
    for entry in entries { places.append(try place(entry, payload: payload)) }
    places.sort { ($0.offset, $0.count, $0.name) < ($1.offset, $1.count, $1.name) }
    var end = 0
    for place in places {
      guard place.offset == end else {
        throw .tensor(
          name: place.name,
          place.offset < end ? "it shares bytes with another" : "bytes before it belong to none")
      }
      end += place.count * 4
    }
    guard end == payload else {
      throw .header("\(payload - end) bytes at its end belong to no tensor")
    }
    return places
  }

  private static func place(
    _ entry: SafetensorsHeader.Entry, payload: Int
  ) throws(Malformed) -> Place {
    guard entry.type == "F32", let shape = entry.shape, let offsets = entry.offsets,
      offsets.count == 2
    else {
      throw .tensor(name: entry.name, "it is not described as F32 with shape and offsets")
    }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= payload / 4 else {
        throw .tensor(name: entry.name, "its shape \(shape) does not fit the file")
      }
      count = product
    }
    guard offsets[1] >= offsets[0], offsets[1] <= payload, offsets[1] - offsets[0] == count * 4
    else { throw .tensor(name: entry.name, "its offsets \(offsets) do not fit shape \(shape)") }
    return Place(name: entry.name, shape: shape, offset: offsets[0], count: count)
  }

  private static func bytes(_ count: Int, at offset: Int, _ read: Read) throws(Malformed) -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: Malformed?
    bytes.withUnsafeMutableBytes { target in
      do throws(Malformed) { try read(offset, target) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}
