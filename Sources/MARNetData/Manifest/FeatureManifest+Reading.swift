// SPDX-License-Identifier: Apache-2.0

import Foundation

extension FeatureManifest {
  /// A class is three values of JSON: some 60,000 classes fit.
  private static let mostValues = 200_000
  private static let croissant = "http://mlcommons.org/croissant/"

  /// Reads the manifest at `path`: a Croissant document, or an encoder's.
  ///
  /// It may come from strangers: its size, its depth and the number of its values are bounded.
  ///
  /// - Throws: `ManifestError`.
  public init(contentsOfFile path: String) throws(ManifestError) {
    let bytes: [UInt8]
    do throws(PlainFile.Refusal) {
      bytes = try PlainFile(path).contents(most: JSONLimits.mostBytes)
    } catch {
      throw error == .notFound
        ? .notFound(path: path) : .unreadable(path: path, reason: error.reason)
    }
    do throws(Invalid) {
      if let objection = JSONLimits.objection(to: bytes, mostValues: Self.mostValues) {
        throw Invalid(reason: objection)
      }
      self = try Self.manifest(Self.document(bytes))
    } catch {
      throw .invalid(path: path, reason: error.reason)
    }
  }

  /// A problem on its way to the place that knows the file.
  private struct Invalid: Error {
    let reason: String
  }

  private static func document(_ bytes: [UInt8]) throws(Invalid) -> CroissantDocument {
    do {
      return try JSONDecoder().decode(CroissantDocument.self, from: Data(bytes))
    } catch let error as DecodingError {
      let path: [any CodingKey]
      switch error {
      case .keyNotFound(let key, let context): path = context.codingPath + [key]
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        path = context.codingPath
      @unknown default: path = []
      }
      guard !path.isEmpty else { throw Invalid(reason: "it is not a JSON object that can be read") }
      let name = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        .joined(separator: "/")
      throw Invalid(reason: "\(shownText(name)) is missing, or something else than is needed there")
    } catch {
      throw Invalid(reason: "it cannot be read as JSON")
    }
  }

  private static func manifest(
    _ document: CroissantDocument
  ) throws(Invalid) -> FeatureManifest {
    var manifest = FeatureManifest(name: document.name?.text ?? "")
    if document.isOf("marnet:Encoder") {
      for call in document.calls ?? [] {
        guard let width = call.width else { continue }
        try requirePositive(width, "a width of marnet:calls")
        if !manifest.visual.widths.contains(width) { manifest.visual.widths.append(width) }
      }
    } else {
      guard document.isOf("sc:Dataset", "Dataset", "https://schema.org/Dataset") else {
        throw Invalid(reason: "its @type is neither sc:Dataset nor marnet:Encoder")
      }
      let versions = document.conformsTo?.elements.compactMap(\.text) ?? []
      guard versions.contains(where: { $0.hasPrefix(croissant) }) else {
        throw Invalid(reason: "it does not conform to \(croissant)1.0")
      }
      try manifest.read(document)
    }
    guard manifest.comparesAnything else {
      throw Invalid(reason: "it says nothing of files, rows, classes or widths")
    }
    return manifest
  }

  private mutating func read(_ document: CroissantDocument) throws(Invalid) {
    summary = document.description?.text
    url = document.url?.text
    license = document.license?.elements.compactMap(\.text).first
    citation = document.citeAs?.text
    try readFiles(document.distribution?.elements ?? [])
    for set in document.recordSet?.elements ?? [] {
      if set.isOf("cr:Split", "Split") { try readSplits(set) }
      if set.isOf("sc:Enumeration", "Enumeration"), set.id == "classes" { try readClasses(set) }
    }
    guard let features = document.features else { return }
    for (kind, member) in [(features.visual, \FeatureManifest.visual), (features.text, \.text)] {
      self[keyPath: member].encoder = kind?.encoder
      guard let width = kind?.width else { continue }
      try Self.requirePositive(width, "a width of marnet:features")
      self[keyPath: member].widths = [width]
    }
    if let classes = features.classes {
      try Self.requirePositive(classes, "marnet:features/classes")
      if let classNames, classNames.count != classes {
        throw Invalid(reason: "it names \(classNames.count) of \(classes) classes")
      }
      classCount = classes
    }
    if let layout = features.layout { self.layout = LayoutOptions(layout) }
  }

  /// Files of HDF5; others are images, archives and the like.
  private mutating func readFiles(
    _ objects: [CroissantDocument.FileObject]
  ) throws(Invalid) {
    var found: [File] = []
    for object in objects {
      let formats = object.encodingFormat?.elements.compactMap(\.text) ?? []
      guard formats.contains(Self.fileFormat), let name = object.name?.text else { continue }
      var file = File(name: name, byteCount: Self.byteCount(object.contentSize))
      if let text = object.sha256?.text {
        let digits = text.lowercased()
        guard digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else {
          throw Invalid(reason: "the sha256 of \(shownText(name)) has no 64 hexadecimal digits")
        }
        file.sha256 = digits
      }
      found.append(file)
    }
    if !found.isEmpty { files = found }
  }

  /// "1234 B" or "1234"; sizes in larger units are rounded and say nothing.
  private static func byteCount(_ size: CroissantDocument.Scalar?) -> Int? {
    switch size {
    case .number(let number): number
    case .text(let text): Int(text.hasSuffix(" B") ? String(text.dropLast(2)) : text)
    default: nil
    }
  }

  private mutating func readSplits(_ set: CroissantDocument.RecordSet) throws(Invalid) {
    let id = set.id ?? ""
    var rows: [Rows] = []
    for record in set.data ?? [] {
      let name = record["\(id)/name"]?.text ?? ""
      guard let split = Split(named: name) else {
        throw Invalid(reason: "a split is called \(shownText(name)), not train, val or test")
      }
      guard !rows.contains(where: { $0.split == split }) else {
        throw Invalid(reason: "split '\(split.rawValue)' stands twice in it")
      }
      func count(_ field: String) throws(Invalid) -> Int? {
        guard case .number(let count)? = record["\(id)/\(field)"] else { return nil }
        if count < 0 { throw Invalid(reason: "\(field) of '\(split.rawValue)' is \(count)") }
        return count
      }
      rows.append(
        Rows(
          split: split, count: try count("rows"), labelled: try count("labelled"),
          withText: try count("with_text")))
    }
    splits = Split.allCases.compactMap { split in rows.first { $0.split == split } }
  }

  private mutating func readClasses(_ set: CroissantDocument.RecordSet) throws(Invalid) {
    guard let records = set.data else { return }
    let names = records.map { $0["classes/name"]?.text ?? "" }
    guard Set(names).count == names.count, !names.contains("") else {
      throw Invalid(reason: "a class has no name, or that of another")
    }
    classNames = names
    classCount = names.count
  }

  private static func requirePositive(_ value: Int, _ what: String) throws(Invalid) {
    if value < 1 { throw Invalid(reason: "\(what) is \(value)") }
  }
}

/// Text of a stranger's file in quotes, cut short.
func shownText(_ text: String) -> String { "'" + cutShort(text) + "'" }

/// The first 80 scalars of a text, and whether there is more.
func cutShort(_ text: String) -> String {
  let most = 80
  let end = text.unicodeScalars.index(
    text.startIndex, offsetBy: most, limitedBy: text.endIndex)
  guard let end, end < text.endIndex else { return text }
  return String(text[..<end]) + "..."
}
