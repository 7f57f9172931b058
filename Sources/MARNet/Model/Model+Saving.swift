// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense
import MARNetHeads

extension Model {
  /// Writes the model to a new directory: `model.safetensors`, `config.json`,
  /// `metrics.jsonl` and `README.md`. The directory appears whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the directory; its folder is there already.
  ///   - overwrite: replaces a model that stands at `path`.
  /// - Throws: `ModelError.outputExists`, `ModelError.cannotWrite`.
  public func save(to path: String, overwrite: Bool = false) throws {
    let lines = Configuration.encoder()
    lines.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var metrics = Data()
    for record in epochs {
      metrics.append(try lines.encode(record))
      metrics.append(UInt8(ascii: "\n"))
    }
    var config = try descriptionJSON()
    config.append(UInt8(ascii: "\n"))
    try ModelDirectory.output(path).write(
      [
        (ModelDirectory.weightsName, Safetensors(tensors()).encoded()),
        (ModelDirectory.configName, config),
        (ModelDirectory.metricsName, metrics),
        (ModelDirectory.cardName, Data(ModelCard.text(of: self).utf8)),
      ], overwrite: overwrite)
  }

  /// What `config.json` holds: configuration, decision, report of the fit.
  package func descriptionJSON() throws -> Data {
    try Configuration.encoder().encode(
      ModelDirectory.Description(
        format: "marnet-plugin", formatVersion: ModelDirectory.formatVersion,
        toolVersion: ToolVersion.current, configuration: configuration, visualWidth: visualWidth,
        textWidth: textWidth, classNames: classNames, dataFingerprint: dataFingerprint,
        decision: decision, calibrationTemperature: calibrationTemperature,
        hasTextProjector: heads.architecture.hasTextProjector,
        imageOnlyControls: controls.imageOnly.count, hasJointControl: controls.joint != nil,
        report: report))
  }

  /// Checks, before a long fit, that a model can be saved to `path`; nothing is left there.
  ///
  /// - Throws: `ModelError.outputExists`, `ModelError.cannotWrite`.
  public static func requireCanSave(to path: String, overwrite: Bool = false) throws {
    try ModelDirectory.output(path).requireCanWrite(overwrite: overwrite)
  }

  /// Reads a model directory.
  ///
  /// - Throws: `ModelError` where it is missing, damaged or of another format.
  public init(directory path: String) throws {
    let (description, file) = try ModelDirectory.read(path)
    let reader = TensorReader(file: file, path: path)
    configuration = description.configuration
    do { try configuration.validate() } catch {
      throw ModelError.unreadable(path: path, reason: error.description)
    }
    classNames = description.classNames
    visualWidth = description.visualWidth
    textWidth = description.textWidth
    guard classNames.count >= 2, Set(classNames).count == classNames.count,
      TensorReader.widths.contains(visualWidth), TensorReader.widths.contains(textWidth),
      description.calibrationTemperature > 0, (0...16).contains(description.imageOnlyControls)
    else { throw ModelError.unreadable(path: path, reason: "its dimensions make no model") }
    dataFingerprint = description.dataFingerprint
    decision = description.decision
    calibrationTemperature = description.calibrationTemperature
    report = description.report
    epochs = []
    visualStandardizer = try reader.standardizer("normalization.visual", width: visualWidth)
    textStandardizer = try reader.standardizer("normalization.text", width: textWidth)
    probe = try reader.probe(
      width: visualWidth, classCount: classNames.count, c: report.probeC)
    let dimensions = HeadDimensions(
      configuration, visual: visualWidth, text: textWidth, classes: classNames.count)
    let architecture = HeadArchitecture(
      configuration, dimensions: dimensions, hasTextProjector: description.hasTextProjector)
    try reader.require(architecture)
    heads = try TrainedHeads(architecture)
    try reader.fill(heads.parameters, prefix: "")
    var controls = Controls()
    for index in 0..<description.imageOnlyControls {
      let head = ImageOnlyHead(
        dimensions: dimensions, slope: Float(configuration.alignment.leakySlope))
      try reader.fill(head.parameters, prefix: "control.image_only.\(index).")
      controls.imageOnly.append(head)
    }
    if description.hasJointControl {
      let joint = try TrainedHeads(
        HeadArchitecture(configuration, dimensions: dimensions, hasTextProjector: false))
      try reader.fill(joint.parameters, prefix: "control.joint.")
      controls.joint = joint
    }
    self.controls = controls
  }

  /// Every tensor of `model.safetensors`, in the order of the file; docs/weights.md says what
  /// each is.
  package func tensors() -> [Safetensors.Tensor] {
    typealias Tensor = Safetensors.Tensor
    var result = [
      Tensor(
        name: "normalization.visual.mean", shape: [visualWidth], values: visualStandardizer.mean),
      Tensor(
        name: "normalization.visual.scale", shape: [visualWidth],
        values: visualStandardizer.scale),
      Tensor(
        name: "normalization.text.mean", shape: [textWidth], values: textStandardizer.mean),
      Tensor(
        name: "normalization.text.scale", shape: [textWidth], values: textStandardizer.scale),
      Tensor(
        name: "probe.weight", shape: [classNames.count, visualWidth],
        values: probe.weights.values),
      Tensor(name: "probe.bias", shape: [classNames.count], values: probe.bias),
    ]
    result += heads.parameters.tensors(prefix: "")
    for (index, head) in controls.imageOnly.enumerated() {
      result += head.parameters.tensors(prefix: "control.image_only.\(index).")
    }
    if let joint = controls.joint {
      result += joint.parameters.tensors(prefix: "control.joint.")
    }
    return result
  }
}

extension ParameterBlock {
  /// Every parameter as a named tensor; biases and statistics are vectors.
  func tensors(prefix: String) -> [Safetensors.Tensor] {
    layout.slots.map { slot in
      let values = Array(UnsafeBufferPointer(start: self[slot].pointer, count: slot.count))
      return Safetensors.Tensor(
        name: prefix + slot.name,
        shape: slot.isVector ? [slot.count] : [slot.rowCount, slot.columnCount], values: values)
    }
  }
}
