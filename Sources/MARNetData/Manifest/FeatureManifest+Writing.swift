// SPDX-License-Identifier: Apache-2.0

import Foundation

extension FeatureManifest {
  /// The media type of HDF5 files.
  static let fileFormat = "application/x-hdf5"

  /// Writes down what feature files hold. Licence, citation, address and encoders are those that
  /// the first file carries as attributes at its root, where it does.
  ///
  /// - Parameter layout: how they were read.
  /// - Throws: `ManifestError.nothingToDescribe` when no split of them can be read.
  public init(
    describing facts: FeatureFacts, readAs layout: LayoutOptions
  ) throws(ManifestError) {
    let report = facts.report
    let rows = facts.rows
    guard let split = report.splits.first(where: { $0.visualWidth != nil }), !rows.isEmpty else {
      throw .nothingToDescribe(
        path: report.path,
        reason: report.problems.first
          ?? "It has no visual features. See how 'marnet-plugin inspect' reads it.")
    }
    self.init(name: Self.name(of: facts.files))
    license = facts.attributes["license"]
    citation = facts.attributes["citation"]
    url = facts.attributes["url"]
    files = facts.files
    splits = rows
    if !report.classNames.isEmpty { classCount = report.classNames.count }
    if report.namesClasses, !report.classNames.isEmpty { classNames = report.classNames }
    visual.encoder = facts.attributes["visual_encoder"]
    visual.widths = [split.visualWidth].compactMap { $0 }
    if let width = report.splits.compactMap(\.textWidth).first {
      text.encoder = facts.attributes["text_encoder"]
      text.widths = [width]
    }
    self.layout = layout
    self.layout.visualKey = facts.columns["visual"]
    self.layout.textKey = facts.columns["text"]
    self.layout.labelKey = facts.columns["label"]
    self.layout.idKey = facts.columns["id"]
  }

  /// The first file's name without its extension.
  private static func name(of files: [File]) -> String {
    let name = files.first?.name ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The manifest as a Croissant 1.0 document in JSON, ending in a line feed. The same manifest
  /// gives the same bytes.
  public var json: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return try [UInt8](encoder.encode(WithContext(document: document))) + [UInt8(ascii: "\n")]
    }
  }

  /// Writes the manifest to `path`, whole or not at all; replaces what stands there.
  ///
  /// - Throws: `DataError` when it cannot be written.
  public func write(to path: String) throws {
    let file = try AtomicFile(path: path)
    let output = try OutputDescriptor(creating: file.temporaryPath, shownAs: path)
    try json.withUnsafeBytes { try output.write($0) }
    try output.close()
    try file.commit()
  }

  private var document: CroissantDocument {
    CroissantDocument(
      type: .init("sc:Dataset"),
      conformsTo: .init(.text("http://mlcommons.org/croissant/1.0")),
      name: .text(name), description: summary.map { .text($0) }, url: url.map { .text($0) },
      license: license.map { .init(.text($0)) }, citeAs: citation.map { .text($0) },
      distribution: files.map { files in .init(list: files.indices.map { object(files[$0], $0) }) },
      recordSet: .init(list: [splitRecords, classRecords].compactMap { $0 }),
      features: FeatureExtension(
        classes: classCount, visual: .init(encoder: visual.encoder, width: visual.widths.first),
        text: text.widths.first.map { .init(encoder: text.encoder, width: $0) },
        layout: layout == LayoutOptions() ? nil : .init(layout),
        unknown: unknown.isEmpty ? nil : unknown))
  }

  private var unknown: [String] {
    [
      ("description", summary), ("url", url), ("license", license), ("citeAs", citation),
      ("visual encoder", visual.encoder),
      ("text encoder", text.widths.isEmpty ? "" : text.encoder),
    ].filter { $0.1 == nil }.map(\.0)
  }

  private func object(_ file: File, _ index: Int) -> CroissantDocument.FileObject {
    CroissantDocument.FileObject(
      type: .init("cr:FileObject"), id: "file-\(index + 1)", name: .text(file.name),
      contentUrl: .text(file.name), contentSize: file.byteCount.map { .text("\($0) B") },
      encodingFormat: .init(.text(Self.fileFormat)), sha256: file.sha256.map { .text($0) })
  }

  private var splitRecords: CroissantDocument.RecordSet? {
    guard let splits else { return nil }
    var records = CroissantDocument.RecordSet(
      id: "splits", dataType: "cr:Split",
      fields: [("name", "sc:Text")]
        + ["rows", "labelled", "with_text"].map { ($0, "sc:Integer") })
    records.data = splits.map { rows in
      var record = ["splits/name": CroissantDocument.Scalar.text(rows.split.rawValue)]
      record["splits/rows"] = rows.count.map { .number($0) }
      record["splits/labelled"] = rows.labelled.map { .number($0) }
      record["splits/with_text"] = rows.withText.map { .number($0) }
      return record
    }
    return records
  }

  private var classRecords: CroissantDocument.RecordSet? {
    guard let classNames else { return nil }
    var records = CroissantDocument.RecordSet(
      id: "classes", dataType: "sc:Enumeration", fields: [("name", "sc:Text")])
    records.data = classNames.map { ["classes/name": .text($0)] }
    return records
  }
}

/// The document with its context, which says what its names mean.
private struct WithContext: Encodable {
  let document: CroissantDocument

  private enum CodingKeys: String, CodingKey { case context = "@context" }

  func encode(to encoder: any Encoder) throws {
    try document.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(CroissantContext.terms, forKey: .context)
  }
}
