// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet

extension Subject {
  /// The bytes of a safetensors file.
  static let safetensors = Subject(
    name: "safetensors", fileName: "input.safetensors", form: .text,
    makeCorpus: { corpus, _ in
      let small = Safetensors([
        .init(name: "a.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
        .init(name: "a.bias", shape: [2], values: [-0.5, 0.25]),
        .init(name: "scalar", shape: [], values: [1]),
      ])
      let many = Safetensors(
        (0..<40).map {
          .init(name: "layer.\($0)", shape: [1, $0], values: [Float](repeating: 1, count: $0))
        })
      try write([UInt8](small.encoded()), to: corpus.file("small"))
      try write([UInt8](many.encoded()), to: corpus.file("many"))
    },
    parse: { path in
      do {
        _ = try Safetensors(PlainFile(path))
      } catch {
        throw ModelError.unreadable(path: path, reason: "\(error)")
      }
    })

  /// The weights of a model directory whose config.json is whole.
  static let modelWeights = model("model-weights", mutating: "model.safetensors", form: .binary)

  /// The config.json of a model directory whose weights are whole.
  static let modelConfiguration = model("model-config", mutating: "config.json", form: .text)

  /// The epochs of a model directory, which reports draw.
  static let modelHistory = model("model-history", mutating: "metrics.jsonl", form: .text) {
    _ = try Model.epochs(directory: $0)
  }

  private static func model(
    _ name: String, mutating fileName: String, form: Form,
    parse: @escaping @Sendable (_ folder: String) throws -> Void = {
      _ = ModelCard.text(of: try Model(directory: $0))
    }
  ) -> Subject {
    Subject(
      name: name, fileName: "m/\(fileName)", form: form,
      makeCorpus: { corpus, place in
        for (index, preset) in Configuration.Preset.allCases.enumerated() {
          let folder = index == 0 ? place.file("m") : corpus.file("other")
          try FuzzModel.make(preset).save(to: folder)
          try write(
            bytes(of: "\(folder)/\(fileName)"), to: corpus.file("\(preset.rawValue)"))
          if index > 0 { try FileManager.default.removeItem(atPath: folder) }
        }
      },
      parse: { path in
        try parse(URL(fileURLWithPath: path).deletingLastPathComponent().path)
      })
  }
}
