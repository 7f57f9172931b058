// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Collects nodes and tensors of a graph; every value gets a readable name of its own.
struct GraphBuilder {
  /// A value inside the graph, by its name.
  struct Value: Hashable {
    let name: String
  }

  private let parameters: [String: Safetensors.Tensor]
  private var nodes: [ONNXNode] = []
  private var tensors: [ONNXTensor] = []
  private var tensorNames: Set<String> = []
  private var uses: [String: Int] = [:]
  private var inputs: [ONNXValue] = []
  private var outputs: [ONNXValue] = []

  /// - Parameter tensors: the model's, by the names of docs/weights.md.
  init(tensors: [Safetensors.Tensor]) {
    parameters = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
  }

  func graph(named name: String) -> ONNXGraph {
    ONNXGraph(name: name, nodes: nodes, tensors: tensors, inputs: inputs, outputs: outputs)
  }

  /// A parameter of the model.
  func parameter(_ name: String) -> Safetensors.Tensor {
    guard let tensor = parameters[name] else {
      preconditionFailure("the model has no tensor '\(name)'")
    }
    return tensor
  }

  mutating func input(_ name: String, _ shape: [ONNXValue.Size]) -> Value {
    inputs.append(ONNXValue(name: name, element: .float, shape: shape))
    return Value(name: name)
  }

  /// Names `value` as an output of the graph.
  mutating func output(
    _ value: Value, as name: String, _ shape: [ONNXValue.Size], of element: ONNXElement = .float
  ) {
    nodes.append(
      ONNXNode(name: name, operation: "Identity", inputs: [value.name], outputs: [name]))
    outputs.append(ONNXValue(name: name, element: element, shape: shape))
  }

  /// A node with one result, named `name` (and a number where that is taken).
  mutating func node(
    _ operation: String, _ operands: [Value], as name: String,
    _ attributes: [(name: String, value: ONNXNode.Attribute)] = []
  ) -> Value {
    let use = uses[name, default: 0] + 1
    uses[name] = use
    let unique = use == 1 ? name : "\(name)#\(use)"
    nodes.append(
      ONNXNode(
        name: unique, operation: operation, inputs: operands.map(\.name), outputs: [unique],
        attributes: attributes))
    return Value(name: unique)
  }

  /// A constant of Float32; a name stands for one constant, made once.
  mutating func constant(
    _ name: String, _ shape: [Int], _ values: @escaping () -> [Float]
  ) -> Value {
    add(ONNXTensor(name: name, shape: shape, values: .floats(values)))
  }

  mutating func scalar(_ value: Float) -> Value { constant("\(value)", []) { [value] } }

  /// Integers that an operator takes as an operand; a single one may be a scalar.
  mutating func integers(_ values: [Int64], isScalar: Bool = false) -> Value {
    let list = values.map(String.init).joined(separator: ",")
    return add(
      ONNXTensor(
        name: isScalar ? list : "[\(list)]", shape: isScalar ? [] : [values.count],
        values: .integers(values)))
  }

  private mutating func add(_ tensor: ONNXTensor) -> Value {
    if tensorNames.insert(tensor.name).inserted { tensors.append(tensor) }
    return Value(name: tensor.name)
  }
}
