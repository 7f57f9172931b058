// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Testing

@Suite struct SafetensorsTests {
  private let file = Safetensors([
    .init(name: "a.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
    .init(name: "a.bias", shape: [2], values: [-0.5, .leastNonzeroMagnitude]),
  ])

  @Test func readsWhatItWrites() throws {
    let read = try Safetensors(decoding: file.encoded())
    #expect(read.tensors == file.tensors)
    #expect(read["a.bias"]?.values[0] == -0.5)
    #expect(read["b"] == nil)
    #expect(file.encoded().count % 8 == 0)
  }

  private func withHeader(_ header: String, payload: Int = 8) -> Data {
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    data.append(Data(repeating: 0, count: payload))
    return data
  }

  @Test(arguments: [
    #"{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    #"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"w":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,0]}}"#,
    #"{"w":[]}"#, "[]", "{",
  ])
  func refuses(header: String) {
    #expect(throws: Safetensors.Malformed.self) {
      try Safetensors(decoding: withHeader(header))
    }
  }

  @Test func aHugeHeaderIsNotAllocated() {
    var data = Data(repeating: 0xFF, count: 64)
    #expect(throws: Safetensors.Malformed.self) { try Safetensors(decoding: data) }
    data = Data([1, 2, 3])
    #expect(throws: Safetensors.Malformed.truncated(needed: 8, found: 3)) {
      try Safetensors(decoding: data)
    }
  }

  /// Damaged bytes are refused or read as something else; nothing crashes.
  @Test func damagedBytesDoNotCrash() {
    let bytes = [UInt8](file.encoded())
    var state: UInt64 = 42
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var refused = 0
    for _ in 0..<3_000 {
      var damaged = bytes
      for _ in 0...next() % 3 { damaged[next() % damaged.count] = UInt8(next() % 256) }
      if next() % 4 == 0 { damaged.removeLast(next() % damaged.count) }
      if (try? Safetensors(decoding: Data(damaged))) == nil { refused += 1 }
    }
    #expect(refused > 500)
  }
}
