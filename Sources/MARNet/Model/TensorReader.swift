// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Takes named tensors out of a weights file, checking each shape.
struct TensorReader {
  /// Widths whose products can be counted.
  static let widths = 1...1 << 24

  let file: Safetensors
  let path: String

  func standardizer(_ name: String, width: Int) throws -> Standardizer {
    Standardizer(
      mean: try values("\(name).mean", shape: [width]),
      scale: try values("\(name).scale", shape: [width]))
  }

  func probe(width: Int, classCount: Int, c: Double) throws -> Probe {
    Probe(
      weights: Matrix(
        rowCount: classCount, columnCount: width,
        values: try values("probe.weight", shape: [classCount, width])),
      bias: try values("probe.bias", shape: [classCount]), c: c)
  }

  /// Fills every parameter of `block` from the tensors named `prefix` + its name.
  func fill(_ block: ParameterBlock, prefix: String) throws {
    for slot in block.layout.slots {
      let shape = slot.isVector ? [slot.count] : [slot.rowCount, slot.columnCount]
      let values = try values(prefix + slot.name, shape: shape)
      values.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        block[slot].pointer.update(from: base, count: slot.count)
      }
    }
    block.pack()
  }

  /// Checks every parameter that `config.json` claims against the file, before memory is taken
  /// for any.
  func require(_ architecture: HeadArchitecture) throws {
    for slot in try TrainedHeads.layout(of: architecture).slots {
      let shape = slot.isVector ? [slot.count] : [slot.rowCount, slot.columnCount]
      _ = try values(slot.name, shape: shape)
    }
  }

  private func values(_ name: String, shape: [Int]) throws -> [Float] {
    guard let tensor = file[name] else {
      throw ModelError.unreadable(path: path, reason: "tensor '\(name)' is missing")
    }
    guard tensor.shape == shape else {
      throw ModelError.unreadable(
        path: path, reason: "tensor '\(name)' has shape \(tensor.shape), not \(shape)")
    }
    guard tensor.values.allSatisfy(\.isFinite) else {
      throw ModelError.unreadable(path: path, reason: "tensor '\(name)' is not finite")
    }
    return tensor.values
  }
}
