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
    #"{"w":[]}"#, "[]", "{", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#,
    #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}"#,
    #"{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#,
    #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":[]}}"#,
  ])
  func refuses(header: String) {
    #expect(throws: Safetensors.Malformed.self) {
      try Safetensors(decoding: withHeader(header))
    }
  }

  /// Overlapping tensors would take many times the file's memory.
  @Test func tensorsThatShareBytes() {
    let entries = (0..<3).map { number in
      "\"w\(number)\":" + #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    }
    #expect(
      throws: Safetensors.Malformed.tensor(name: "w1", "it shares bytes with another")
    ) {
      try Safetensors(decoding: withHeader("{\(entries.joined(separator: ","))}"))
    }
  }

  @Test func aTensorNamedTwice() {
    let entry = #""w":{"dtype":"F32","shape":[1],"data_offsets":"#
    #expect(throws: Safetensors.Malformed.header("its header names tensor 'w' twice")) {
      try Safetensors(decoding: withHeader("{\(entry)[0,4]},\(entry)[4,8]}}"))
    }
  }

  @Test func namesAndSpaceOfOtherWriters() throws {
    let header =
      #" { "__metadata__" : { "format" : "pt" } , "#
      + #""a\"\\\u00e9" : {"shape":[ 1, 2 ],"data_offsets":[0,8],"dtype":"F32"} }  "#
    let read = try Safetensors(decoding: withHeader(header))
    #expect(read.tensors == [.init(name: "a\"\\\u{E9}", shape: [1, 2], values: [0, 0])])
  }

  @Test func aHeaderOfMoreThanAMegabyte() {
    let header = "{}" + String(repeating: " ", count: 1 << 20)
    #expect(throws: Safetensors.Malformed.header("its header claims 1048578 bytes")) {
      try Safetensors(decoding: withHeader(header, payload: 0))
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
