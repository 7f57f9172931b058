// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData

/// Features whose text lies in another file, in another order, for some rows only, and the one
/// file that holds the same pairs.
struct JoinSample {
  /// How identifiers are stored.
  enum Kind: CaseIterable, Sendable { case integers, strings, fixedStrings }

  /// How the other file holds its rows.
  enum Form: CaseIterable, Sendable { case flat, groups, deeper, severalFiles, chunked, masked }

  let folder: TemporaryFolder
  let kind: Kind

  /// Several rows share a text.
  static func id(_ row: Int) -> Int { (row * 53 + 11) % 190 }
  static func isThere(_ id: Int) -> Bool { id % 7 != 3 }
  /// The identifiers of the texts, in no order, some of which no row has.
  static let textIDs: [Int] = (0..<300).map { ($0 * 127 + 5) % 300 }

  var layout: LayoutOptions {
    var layout = LayoutOptions()
    layout.textJoin = .init(paths: [folder.file("text*.h5")], key: "id")
    return layout
  }

  private func write(ids: [Int], to file: RawFile, _ name: String) throws {
    switch kind {
    case .integers: try file.integers(name, ids.map { Int64($0) })
    case .strings: try file.strings(name, ids.map { "image \($0)" })
    case .fixedStrings: try file.fixedStrings(name, ids.map { "i\($0)" }, length: 8)
    }
  }

  /// Writes `features.h5` without text, and `whole.h5` with it.
  func writeFeatures() throws {
    for (name, isWhole) in [("features.h5", false), ("whole.h5", true)] {
      let file = try RawFile(folder.file(name))
      for split in Split.allCases {
        let rows = LayoutSample.rows(of: split)
        file.group(split.rawValue)
        let prefix = "\(split.rawValue)/"
        try file.floats(
          prefix + "visual", [rows.count, LayoutSample.visualWidth],
          rows.flatMap(LayoutSample.visual))
        try file.integers(prefix + "label", rows.map { LayoutSample.labels[$0] })
        try write(ids: rows.map(Self.id), to: file, prefix + "id")
        guard isWhole && split != .test else { continue }
        try file.floats(
          prefix + "text", [rows.count, LayoutSample.textWidth],
          rows.flatMap { LayoutSample.text(Self.id($0)) })
        try file.booleans(prefix + "text_mask", rows.map { Self.isThere(Self.id($0)) })
      }
    }
  }

  private func write(
    texts: [Int], to file: RawFile, under prefix: String = "", storage: RawFile.Storage = .init()
  ) throws {
    try file.floats(
      prefix + "text", [texts.count, LayoutSample.textWidth], texts.flatMap(LayoutSample.text),
      storage: storage)
    try write(ids: texts, to: file, prefix + "id")
  }

  func writeText(_ form: Form) throws {
    let there = Self.textIDs.filter(Self.isThere)
    switch form {
    case .flat: try write(texts: there, to: RawFile(folder.file("text.h5")))
    case .groups:
      let file = try RawFile(folder.file("text.h5"))
      for (name, rows) in [("train", there[..<90]), ("valid", there[90...])] {
        file.group(name)
        try write(texts: Array(rows), to: file, under: "\(name)/")
      }
      // Text of a test split is not read, not even here.
      file.group("test")
      try write(texts: Self.textIDs, to: file, under: "test/")
    case .deeper:
      let file = try RawFile(folder.file("text.h5"))
      try write(texts: there, to: file.group("captions"), under: "captions/")
    case .severalFiles:
      for (number, rows) in [there[..<1], there[1..<100], there[100...]].enumerated() {
        try write(
          texts: Array(rows), to: RawFile(folder.file("text\(number).h5")),
          storage: .init(chunk: [min(rows.count, 7), 2], gzip: 1))
      }
    case .chunked:
      try write(
        texts: there, to: RawFile(folder.file("text.h5")),
        storage: .init(chunk: [16, LayoutSample.textWidth], gzip: 4, shuffle: true))
    case .masked:
      let file = try RawFile(folder.file("text.h5"))
      try write(texts: Self.textIDs, to: file)
      try file.booleans("text_mask", Self.textIDs.map(Self.isThere))
    }
  }
}
