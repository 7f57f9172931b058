// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

extension Model {
  /// Writes the model's scoring path as one ONNX graph (operators of version 17), which runs
  /// where neither Swift nor HDF5 is; docs/onnx.md describes it. The file appears whole or not
  /// at all.
  ///
  /// - Parameter overwrite: replaces a file that stands at `path`.
  /// - Throws: `ExportError`, `ModelError.outputExists`, `ModelError.invalidSampling`,
  ///   `ConfigurationError`, `DataError.cannotWrite`.
  @discardableResult
  public func exportONNX(
    to path: String, _ options: ExportOptions = ExportOptions(), overwrite: Bool = false
  ) throws -> ExportReport {
    if !overwrite, FileManager.default.fileExists(atPath: path) {
      throw ModelError.outputExists(path: path)
    }
    let scoring = try ScoringGraph(self, options)
    let graph = scoring.graph()
    let message = try onnxModel(graph, options, plan: scoring.plan).message
    guard message.byteCount <= Int(Int32.max) else {
      let noise = graph.tensors.first { $0.name == "noise" }.map { 4 * $0.count } ?? 0
      throw ExportError.tooLarge(path: path, bytes: message.byteCount, noise: noise)
    }
    let file = try AtomicFile(path: path)
    let output = try OutputDescriptor(creating: file.temporaryPath, shownAs: path)
    try message.write { (bytes) throws(DataError) in try output.write(bytes) }
    try output.close()
    try file.commit()
    return ExportReport(graph, byteCount: message.byteCount)
  }

  private func onnxModel(
    _ graph: ONNXGraph, _ options: ExportOptions, plan: ReversePlan?
  ) throws -> ONNXModel {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let names = String(decoding: try encoder.encode(classNames), as: UTF8.self)
    var metadata = [
      ("class_names", names), ("heads", options.heads.rawValue),
      ("decision", decision.rawValue), ("model", fingerprint),
      ("model_data", dataFingerprint),
      ("tool", "marnet-plugin \(ToolVersion.current)"),
    ]
    if let plan {
      var sampling = configuration.sampling
      if let sampler = options.scoring.sampler { sampling.sampler = sampler }
      metadata += [
        ("sampler", sampling.sampler.rawValue),
        ("steps", plan.steps.map { "\($0.step)" }.joined(separator: ",")),
        ("draws", "\(plan.draws)"), ("seed", "\(plan.seed)"),
      ]
    }
    return ONNXModel(
      graph: graph, producer: "marnet-plugin", producerVersion: ToolVersion.current,
      description: "Image classifier over frozen visual features, after MARNet "
        + "(arXiv 2407.18854). Text was used when it was fitted, and is no input.",
      metadata: metadata)
  }
}
