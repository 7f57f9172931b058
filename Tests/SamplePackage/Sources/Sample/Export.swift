// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetExport

func export(_ model: Model) throws {
  var options = ExportOptions()
  options.heads = .alignment
  let graph = try model.exportONNX(to: "features.onnx", options)
  print("\(graph.nodeCount) operations, inputs \(graph.inputs), outputs \(graph.outputs)")
}
