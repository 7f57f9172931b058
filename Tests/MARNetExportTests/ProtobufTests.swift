// SPDX-License-Identifier: Apache-2.0

import MARNetExport
import Testing

/// The wire format, byte by byte.
@Suite struct ProtobufTests {
  private func bytes(_ message: ProtobufMessage) -> [UInt8] {
    var result: [UInt8] = []
    message.write { result += $0 }
    return result
  }

  /// Examples of protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2,
  /// the first of them as a message in field 3.
  @Test func examplesOfTheGuide() {
    var number = ProtobufMessage()
    number.add(1, Int64(150))
    #expect(bytes(number) == [0x08, 0x96, 0x01])
    var text = ProtobufMessage()
    text.add(2, "testing")
    #expect(bytes(text) == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    var outer = ProtobufMessage()
    outer.add(3, number)
    #expect(bytes(outer) == [0x1a, 0x03, 0x08, 0x96, 0x01])
  }

  @Test func numbers() {
    var message = ProtobufMessage()
    message.add(16, Int64(0))  // A tag of two bytes.
    message.add(1, Int64(-1))  // Ten bytes, as int64 is encoded.
    message.add(2, float: 1.5)
    #expect(
      bytes(message)
        == [0x80, 0x01, 0x00, 0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]
        + [0x15, 0x00, 0x00, 0xc0, 0x3f])
  }

  /// Tensors are made only when written, in place, and the size is known before.
  @Test func tensorsAreMadeWhenTheyAreWritten() {
    nonisolated(unsafe) var made = 0
    var tensor = ProtobufMessage()
    tensor.add(1, "a")
    tensor.add(9, count: 2) {
      made += 1
      return [1, -2]
    }
    tensor.add(2, "b")
    var outer = ProtobufMessage()
    outer.add(5, tensor)
    outer.add(5, tensor)
    let inner: [UInt8] =
      [0x0a, 1, 0x61] + [0x4a, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0] + [0x12, 1, 0x62]
    #expect(made == 0)
    #expect(outer.byteCount == 2 * (inner.count + 2))
    #expect(bytes(outer) == [0x2a, 16] + inner + [0x2a, 16] + inner)
    #expect(made == 2)
  }

  @Test func aModelIsTheseBytes() {
    let model = ONNXModel(
      graph: ONNXGraph(
        name: "g",
        nodes: [
          ONNXNode(
            name: "n", operation: "LeakyRelu", inputs: ["x"], outputs: ["y"],
            attributes: [("alpha", .float(0.5))])
        ],
        tensors: [ONNXTensor(name: "i", shape: [1], values: .integers([3]))],
        inputs: [ONNXValue(name: "x", element: .float, shape: [.named("N"), .fixed(2)])],
        outputs: []),
      producer: "p", producerVersion: "v", description: "d", metadata: [("k", "w")])
    let node: [UInt8] =
      [0x0a, 1, 0x78, 0x12, 1, 0x79, 0x1a, 1, 0x6e, 0x22, 9] + Array("LeakyRelu".utf8)
      + [0x2a, 15, 0x0a, 5] + Array("alpha".utf8) + [0x15, 0, 0, 0, 0x3f, 0xa0, 0x01, 1]
    let tensor: [UInt8] = [0x08, 1, 0x10, 7, 0x42, 1, 0x69, 0x4a, 8, 3, 0, 0, 0, 0, 0, 0, 0]
    let shape: [UInt8] = [0x0a, 3, 0x12, 1, 0x4e, 0x0a, 2, 0x08, 2]
    let type: [UInt8] = [0x0a, UInt8(shape.count + 4), 0x08, 1, 0x12, UInt8(shape.count)] + shape
    let input: [UInt8] = [0x0a, 1, 0x78, 0x12, UInt8(type.count)] + type
    var graph: [UInt8] = [0x0a, UInt8(node.count)] + node
    graph += [0x12, 1, 0x67, 0x2a, UInt8(tensor.count)] + tensor
    graph += [0x5a, UInt8(input.count)] + input
    var expected: [UInt8] = [0x08, 8, 0x12, 1, 0x70, 0x1a, 1, 0x76, 0x32, 1, 0x64]
    expected += [0x42, 4, 0x0a, 0, 0x10, 17, 0x72, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x77]
    expected += [0x3a, UInt8(graph.count)] + graph
    #expect(bytes(model.message) == expected)
  }
}
