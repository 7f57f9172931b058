// SPDX-License-Identifier: Apache-2.0

/// Name, type and shape of an input or an output.
package struct ONNXValue: Equatable {
  /// A size, fixed or known only when the graph runs.
  package enum Size: Equatable {
    case fixed(Int)
    case named(String)
  }

  package var name: String
  package var element: ONNXElement
  package var shape: [Size]

  package init(name: String, element: ONNXElement, shape: [Size]) {
    self.name = name
    self.element = element
    self.shape = shape
  }

  /// A `ValueInfoProto`.
  var message: ProtobufMessage {
    var sizes = ProtobufMessage()
    for size in shape {
      var dimension = ProtobufMessage()
      switch size {
      case .fixed(let count): dimension.add(1, Int64(count))
      case .named(let name): dimension.add(2, name)
      }
      sizes.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, element.rawValue)
    tensor.add(2, sizes)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(2, type)
    return value
  }
}
