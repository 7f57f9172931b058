// SPDX-License-Identifier: Apache-2.0

/// The type of a tensor's elements, by its number in `TensorProto.DataType`.
package enum ONNXElement: Int64 {
  case float = 1
  case int64 = 7
}

/// A named constant.
package struct ONNXTensor {
  package enum Values {
    /// Row-major; made when the tensor is written, so that memory never holds all of them.
    case floats(() -> [Float])
    case integers([Int64])
  }

  package var name: String
  package var shape: [Int]
  package var values: Values

  package init(name: String, shape: [Int], values: Values) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  package var count: Int { shape.reduce(1, *) }

  /// A `TensorProto`.
  var message: ProtobufMessage {
    var tensor = ProtobufMessage()
    for size in shape { tensor.add(1, Int64(size)) }
    switch values {
    case .floats(let make):
      tensor.add(2, ONNXElement.float.rawValue)
      tensor.add(8, name)
      tensor.add(9, count: count, floats: make)
    case .integers(let numbers):
      tensor.add(2, ONNXElement.int64.rawValue)
      tensor.add(8, name)
      tensor.add(9, numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) })
    }
    return tensor
  }
}
