// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import Foundation
import MARNet

extension Subject {
  /// Feature files of a group a split, in many encodings.
  static let features = Subject(
    name: "features", fileName: "input.h5", form: .binary, containing: ["inspect"],
    makeCorpus: { corpus, _ in
      try FuzzModel.features.write(to: corpus.file("own"))
      try FeatureCorpus.encodings(in: corpus)
    },
    parse: { try read($0, LayoutOptions()) })

  /// Feature files of columns side by side.
  static let flatFeatures = Subject(
    name: "flat-features", fileName: "input.h5", form: .binary, containing: ["inspect"],
    makeCorpus: { corpus, _ in try FeatureCorpus.flat(in: corpus) },
    parse: { path in
      var layout = LayoutOptions()
      layout.visualPool = .mean
      layout.missingText = .nan
      try read(path, layout)
    })

  /// Files of a group an item, which `convert` reads.
  static let items = Subject(
    name: "items", fileName: "input.h5", form: .binary,
    containing: ["convert", "--untrusted", "--overwrite", "--output", "converted.h5"],
    makeCorpus: { corpus, _ in try FeatureCorpus.items(in: corpus) },
    parse: { path in
      let output = path + ".converted.h5"
      try? FileManager.default.removeItem(atPath: output)
      _ = try FeatureConversion(paths: [path], threads: 1).write(to: output)
    })

  /// Reads all that any command reads, and throws the first thing that was wrong.
  private static func read(_ path: String, _ layout: LayoutOptions) throws {
    let file = try FeatureFile(paths: [path], layout: layout, threads: 1)
    _ = file.inspect()
    var problem: (any Error)?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { problem = problem ?? error }
    }
    for split in file.splits {
      attempt { _ = try file.ids(split) }
      attempt { _ = try file.labels(split) }
      attempt { _ = try file.pairedSource(split, withTokens: true) }
    }
    attempt { try file.readSamples() }
    if file.splits.isEmpty { attempt { _ = try file.description(of: .train) } }
    if let problem { throw problem }
  }
}

/// Small HDF5 files of every layout and encoding that is read.
private enum FeatureCorpus {
  static func encodings(in corpus: TemporaryFolder) throws {
    let storages: [(String, RawFile.Storage, hid_t)] = [
      ("plain", .init(), chdf5_ieee_f32le()),
      ("gzip", .init(chunk: [4, 3], gzip: 4, shuffle: true), chdf5_ieee_f32be()),
      ("checksum", .init(chunk: [5, 6], gzip: 1, checksum: true), chdf5_ieee_f64le()),
      ("half", .init(chunk: [12, 6]), RawFile.half(exponent: 5)),
      ("growing", .init(chunk: [8, 6], isExtendible: true), chdf5_ieee_f32le()),
      ("compact", .init(isCompact: true), RawFile.half(exponent: 8)),
    ]
    for (name, storage, type) in storages {
      for latest in [false, true] {
        let file = try RawFile(corpus.file("\(name)\(latest ? "-latest" : "")"), latest: latest)
        file.group("train").group("test")
        try file.floats("train/visual", [12, 6], values(72), type: type, storage: storage)
        try file.floats("train/text", [12, 4], values(48))
        try file.strings("train/label", (0..<12).map { "class \($0 % 3)" })
        try file.fixedStrings("train/id", (0..<12).map { "row \($0)" }, length: 8)
        try file.booleans("train/text_mask", (0..<12).map { $0 % 5 != 1 })
        try file.floats("test/visual", [3, 6], values(18))
        try file.strings("class_names", ["class 0", "class 1", "class 2"])
      }
    }
    try lzf(in: corpus)
    try quantised(in: corpus)
    try tokens(in: corpus)
  }

  private static func lzf(in corpus: TemporaryFolder) throws {
    let file = try RawFile(corpus.file("lzf"))
    file.group("train")
    let stored = values(72).flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    try file.lzfChunks(
      "train/visual", shape: [12, 6], bytes: stored, width: 4, type: chdf5_ieee_f32le(),
      storage: .init(chunk: [4, 6], lzf: true, shuffle: true))
    try file.floats("train/text", [12, 4], values(48))
    try file.integers("train/label", (0..<12).map { Int64($0 % 3) })
  }

  private static func quantised(in corpus: TemporaryFolder) throws {
    let file = try RawFile(corpus.file("int8"))
    file.group("train")
    let stored = (0..<72).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try file.dataset(
      "train/visual", shape: [12, 6], values: stored, memory: chdf5_std_i8le(),
      storage: .init(chunk: [4, 6], gzip: 4))
    file.attribute(
      "train/visual", "scale", numbers: (0..<6).map { 0.5 + Double($0) }, shape: [6])
    try file.floats("train/text", [12, 4], values(48))
    try file.floats("train/label", [12, 3], (0..<36).map { $0 % 3 == $0 / 3 % 3 ? 1 : 0 })
  }

  private static func tokens(in corpus: TemporaryFolder) throws {
    let file = try RawFile(corpus.file("tokens"))
    file.group("train")
    try file.floats("train/visual", [12, 6], values(72))
    try file.floats("train/text", [12, 4], values(48))
    try file.integers("train/label", (0..<12).map { Int64($0 % 3) })
    try file.floats("train/visual_tokens", [12, 2, 6], values(144))
    try file.floats("train/text_tokens", [12, 3, 4], values(144))
    try file.dataset(
      "train/text_tokens_mask", shape: [12, 3], values: [Int8](repeating: 1, count: 36),
      memory: chdf5_std_i8le())
  }

  static func flat(in corpus: TemporaryFolder) throws {
    for name in ["column", "numbers", "lists"] {
      let file = try RawFile(corpus.file(name))
      try file.floats("visual", [12, 2, 3], values(72))
      var text = values(48)
      for column in 0..<4 { text[8 + column] = .nan }
      try file.floats("text", [12, 4], text, storage: .init(chunk: [5, 4], gzip: 6))
      try file.integers("label", (0..<12).map { Int64($0 % 3) })
      try file.integers("id", (0..<12).map { Int64($0 * 11) })
      switch name {
      case "column": try file.strings("split", (0..<12).map { $0 < 9 ? "train" : "test" })
      case "numbers": try file.integers("split", (0..<12).map { $0 < 9 ? 0 : 2 })
      default:
        try file.integers("train_idx", Array(0..<9))
        try file.integers("test_idx", Array(9..<12))
      }
      file.softLink("again", to: "/visual")
    }
  }

  static func items(in corpus: TemporaryFolder) throws {
    for name in ["datasets", "attributes"] {
      let file = try RawFile(corpus.file(name))
      for item in 0..<6 {
        file.group("item\(item)")
        try file.floats("item\(item)/visual", [6], values(6))
        try file.floats("item\(item)/text", [4], values(4))
        if name == "datasets" {
          try file.integers("item\(item)/label", [Int64(item % 2)], shape: [])
        } else {
          file.attribute("item\(item)", "label", text: "class \(item % 2)")
        }
      }
    }
  }

  private static func values(_ count: Int) -> [Float] {
    (0..<count).map { Float($0 % 17) / 4 - 2 }
  }
}
