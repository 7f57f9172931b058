// SPDX-License-Identifier: Apache-2.0

import Foundation

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
  }

  private static let largestHeader = 16 << 20
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
    guard data.count >= 8 else { throw .truncated(needed: 8, found: data.count) }
    let bytes = [UInt8](data)
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Self.largestHeader) else {
      throw .header("its header claims \(length) bytes")
    }
    let start = 8 + Int(length)
    guard bytes.count >= start else { throw .truncated(needed: start, found: bytes.count) }
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(bytes[8..<start])),
      let header = object as? [String: Any]
    else { throw .header("its header is not a JSON object") }
    var tensors: [(offset: Int, tensor: Tensor)] = []
    for (name, value) in header where name != "__metadata__" {
      tensors.append(try Self.tensor(name, value, bytes[start...]))
    }
    let ordered = tensors.sorted { ($0.offset, $0.tensor.name) < ($1.offset, $1.tensor.name) }
    self.tensors = ordered.map(\.tensor)
  }

  private static func tensor(
    _ name: String, _ value: Any, _ payload: ArraySlice<UInt8>
  ) throws(Malformed) -> (offset: Int, tensor: Tensor) {
    guard let entry = value as? [String: Any], entry["dtype"] as? String == "F32",
      let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
      offsets.count == 2
    else { throw .tensor(name: name, "it is not described as F32 with shape and offsets") }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, product <= payload.count / 4 else {
        throw .tensor(name: name, "its shape \(shape) does not fit the file")
      }
      count = product
    }
    guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= payload.count,
      offsets[1] - offsets[0] == count * 4
    else { throw .tensor(name: name, "its offsets \(offsets) do not fit shape \(shape)") }
    let slice = payload[payload.startIndex + offsets[0]..<payload.startIndex + offsets[1]]
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
      slice.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(buffer).copyBytes(from: source)
      }
      initialised = count
    }
    return (offsets[0], Tensor(name: name, shape: shape, values: values))
  }
}
