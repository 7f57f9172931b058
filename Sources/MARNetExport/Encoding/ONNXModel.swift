// SPDX-License-Identifier: Apache-2.0

/// A graph with the versions and facts that an `.onnx` file states beside it.
///
/// Here and beside this file, numbers of fields are those of onnx.proto
/// (github.com/onnx/onnx, `onnx/onnx.proto`).
package struct ONNXModel {
  /// The version of the file format, and of the standard operators: ONNX 1.12 and later.
  static let formatVersion: Int64 = 8
  static let operatorVersion: Int64 = 17

  package var graph: ONNXGraph
  package var producer: String
  package var producerVersion: String
  package var description: String
  /// Facts by name, such as the class names.
  package var metadata: [(key: String, value: String)]

  package init(
    graph: ONNXGraph, producer: String, producerVersion: String, description: String,
    metadata: [(key: String, value: String)]
  ) {
    self.graph = graph
    self.producer = producer
    self.producerVersion = producerVersion
    self.description = description
    self.metadata = metadata
  }

  /// A `ModelProto`.
  package var message: ProtobufMessage {
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, Self.operatorVersion)
    var model = ProtobufMessage()
    model.add(1, Self.formatVersion)
    model.add(2, producer)
    model.add(3, producerVersion)
    model.add(6, description)
    model.add(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    model.add(7, graph.message)
    return model
  }
}

/// Nodes in an order in which each follows those it reads.
package struct ONNXGraph {
  package var name: String
  package var nodes: [ONNXNode]
  /// Constants, and the values of inputs that may be left out.
  package var tensors: [ONNXTensor]
  package var inputs: [ONNXValue]
  package var outputs: [ONNXValue]

  package init(
    name: String, nodes: [ONNXNode], tensors: [ONNXTensor], inputs: [ONNXValue],
    outputs: [ONNXValue]
  ) {
    self.name = name
    self.nodes = nodes
    self.tensors = tensors
    self.inputs = inputs
    self.outputs = outputs
  }

  /// A `GraphProto`.
  var message: ProtobufMessage {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(1, node.message) }
    graph.add(2, name)
    for tensor in tensors { graph.add(5, tensor.message) }
    for input in inputs { graph.add(11, input.message) }
    for output in outputs { graph.add(12, output.message) }
    return graph
  }
}
