// SPDX-License-Identifier: Apache-2.0

/// Feature files beside a manifest.
public struct ManifestComparison: Sendable, Codable, Equatable {
  /// A place where they are not what it says.
  public struct Mismatch: Sendable, Codable, Equatable {
    /// What was compared, such as "rows of 'train'".
    public var place: String
    /// What the files hold, in words.
    public var found: String
    /// What the manifest says, in words.
    public var needed: String

    /// A difference at `place`.
    public init(place: String, found: String, needed: String) {
      self.place = place
      self.found = found
      self.needed = needed
    }
  }

  /// The path of the manifest.
  public var manifest: String
  /// Everything that was compared: what the manifest says, and the files can answer.
  public var compared: [String] = []
  /// Every place where they differ, in the order in which they were compared.
  public var mismatches: [Mismatch] = []

  /// Compares `facts` with `manifest`, read from `path`.
  public init(_ facts: FeatureFacts, with manifest: FeatureManifest, at path: String) {
    self.manifest = path
    compareFiles(facts.files, manifest.files ?? [])
    compareSplits(facts, manifest)
    compareWidths(facts.report, manifest)
    compareClasses(facts.report, manifest)
    compareKeys(facts.columns, manifest.layout)
    compareEncoders(facts.attributes, manifest)
  }

  private mutating func expect(
    _ what: String, of place: String? = nil, _ found: String, _ needed: String,
    agrees: Bool? = nil
  ) {
    if !compared.contains(what) { compared.append(what) }
    if !(agrees ?? (found == needed)) {
      mismatches.append(
        Mismatch(
          place: place.map { "\(what) of \($0)" } ?? what, found: found, needed: needed))
    }
  }

  /// Files go by their names; a single one may have been renamed.
  private mutating func compareFiles(
    _ files: [FeatureManifest.File], _ needed: [FeatureManifest.File]
  ) {
    guard !needed.isEmpty else { return }
    if files.count != 1 || needed.count != 1 {
      let names = (found: files.map(\.name).sorted(), needed: needed.map(\.name).sorted())
      expect(
        "files", listed(names.found.map(cutShort)), listed(names.needed.map(cutShort)),
        agrees: names.found == names.needed)
    }
    for file in needed {
      let isSingle = files.count == 1 && needed.count == 1
      guard let found = isSingle ? files.first : files.first(where: { $0.name == file.name })
      else { continue }
      let place = "'\(found.name)'"
      if let count = file.byteCount {
        expect("bytes", of: place, found.byteCount.map { grouped($0) } ?? "unknown", grouped(count))
      }
      if let sha256 = file.sha256 {
        expect("sha256", of: place, found.sha256 ?? "unknown", sha256)
      }
    }
  }

  private mutating func compareSplits(_ facts: FeatureFacts, _ manifest: FeatureManifest) {
    guard let needed = manifest.splits else { return }
    let found = facts.rows
    expect(
      "splits", listed(found.map(\.split.rawValue)), listed(needed.map(\.split.rawValue)))
    for rows in needed {
      guard let there = found.first(where: { $0.split == rows.split }) else { continue }
      let counts = [
        ("rows", there.count, rows.count), ("labelled rows", there.labelled, rows.labelled),
        ("rows with text", there.withText, rows.withText),
      ]
      for (what, found, needed) in counts {
        guard let needed else { continue }
        expect(
          what, of: "'\(rows.split.rawValue)'", found.map { grouped($0) } ?? "unknown",
          grouped(needed))
      }
    }
  }

  private mutating func compareWidths(_ report: FeatureFileReport, _ manifest: FeatureManifest) {
    let kinds = [
      ("visual width", manifest.visual.widths, report.splits.map { ($0.split, $0.visualWidth) }),
      ("text width", manifest.text.widths, report.splits.map { ($0.split, $0.textWidth) }),
    ]
    for (what, needed, found) in kinds where !needed.isEmpty {
      let words = needed.map { grouped($0) }.joined(separator: " or ")
      let there = found.compactMap { split, width in width.map { (split, $0) } }
      if there.isEmpty { expect(what, "none", words) }
      for (split, width) in there {
        expect(
          what, of: "'\(split.rawValue)'", grouped(width), words,
          agrees: needed.contains(width))
      }
    }
  }

  private mutating func compareClasses(_ report: FeatureFileReport, _ manifest: FeatureManifest) {
    if let count = manifest.classCount {
      expect("classes", grouped(report.classNames.count), grouped(count))
    }
    guard var needed = manifest.classNames else { return }
    var found = report.namesClasses ? report.classNames : []
    guard found.count == needed.count else {
      // Another number of them is said already.
      if found.isEmpty { expect("class names", "none", counted(needed.count, "name")) }
      return
    }
    // Without a file, a manifest is of data: whoever extracts them orders the classes.
    if manifest.files == nil {
      needed.sort()
      found.sort()
    }
    let different = needed.indices.filter { found[$0] != needed[$0] }
    let first = different.first ?? 0
    let others = different.count > 1 ? ", and \(counted(different.count - 1, "other"))" : ""
    expect(
      "class names", shownText(found[first]) + others, shownText(needed[first]),
      agrees: different.isEmpty)
  }

  private mutating func compareKeys(_ columns: [String: String], _ layout: LayoutOptions) {
    let keys = [
      ("visual", layout.visualKey), ("text", layout.textKey), ("label", layout.labelKey),
      ("id", layout.idKey),
    ]
    for (role, key) in keys {
      guard let key else { continue }
      expect(
        "keys", of: role, columns[role].map(shownText) ?? "none", shownText(key),
        agrees: columns[role] == key)
    }
  }

  /// Only files that say what made them can be compared.
  private mutating func compareEncoders(
    _ attributes: [String: String], _ manifest: FeatureManifest
  ) {
    for (kind, needed) in [("visual", manifest.visual.encoder), ("text", manifest.text.encoder)] {
      guard let needed, let found = attributes["\(kind)_encoder"] else { continue }
      expect(
        "\(kind) encoder", shownText(found), shownText(needed), agrees: found == needed)
    }
  }
}
