// SPDX-License-Identifier: Apache-2.0

/// What an exported graph is.
public struct ExportReport: Sendable, Equatable {
  /// Size of the file.
  public var byteCount: Int
  /// Operations of the graph.
  public var nodeCount: Int
  /// Inputs, as "visual [N, 768]".
  public var inputs: [String]
  /// Outputs, in the same form.
  public var outputs: [String]
  /// Whether the second input, `noise`, is there.
  public var takesNoise: Bool

  init(_ graph: ONNXGraph, byteCount: Int) {
    self.byteCount = byteCount
    nodeCount = graph.nodes.count
    inputs = graph.inputs.map(Self.text)
    outputs = graph.outputs.map(Self.text)
    takesNoise = graph.inputs.contains { $0.name == "noise" }
  }

  private static func text(_ value: ONNXValue) -> String {
    let sizes = value.shape.map { size in
      switch size {
      case .fixed(let count): "\(count)"
      case .named(let name): name
      }
    }
    return "\(value.name) [\(sizes.joined(separator: ", "))]"
  }
}
