// SPDX-License-Identifier: Apache-2.0

/// One operation of a graph.
package struct ONNXNode {
  /// A constant of the operation.
  package enum Attribute: Equatable {
    case integer(Int64)
    case float(Float)
    case integers([Int64])
  }

  package var name: String
  /// A standard operator, such as "MatMul".
  package var operation: String
  package var inputs: [String]
  package var outputs: [String]
  package var attributes: [(name: String, value: Attribute)]

  package init(
    name: String, operation: String, inputs: [String], outputs: [String],
    attributes: [(name: String, value: Attribute)] = []
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }

  /// A `NodeProto`.
  var message: ProtobufMessage {
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(3, name)
    node.add(4, operation)
    for (name, value) in attributes {
      var attribute = ProtobufMessage()
      attribute.add(1, name)
      switch value {
      case .float(let number):
        attribute.add(2, float: number)
        attribute.add(20, 1)
      case .integer(let number):
        attribute.add(3, number)
        attribute.add(20, 2)
      case .integers(let numbers):
        for number in numbers { attribute.add(8, number) }
        attribute.add(20, 7)
      }
      node.add(5, attribute)
    }
    return node
  }
}
