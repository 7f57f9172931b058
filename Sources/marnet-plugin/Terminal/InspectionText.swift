// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What `inspect` prints.
enum InspectionText {
  static func lines(_ report: FeatureFileReport) -> [String] {
    var lines = [report.path] + report.layouts.map { layout($0, named: report.layouts.count > 1) }
    if !report.classNames.isEmpty {
      let shown = report.classNames.prefix(6).map(PrintableText.line).joined(separator: ", ")
      let rest = report.classNames.count > 6 ? ", ..." : ""
      lines.append(
        "\(report.classNames.count) classes"
          + (report.namesClasses ? "" : " (not named in the file)") + ": \(shown)\(rest)")
    }
    for split in report.splits { lines += [""] + self.split(split) }
    lines.append("")
    lines += report.notes.map { "Note: \($0)" }
    if report.problems.isEmpty {
      lines.append("'fit' accepts this file.")
    } else {
      lines.append("'fit' would refuse this file:")
      lines += report.problems.map { "  \($0)" }
      if let proposal = report.proposal {
        lines += ["It may be meant so:", "  \(proposal.command)"]
      }
    }
    return lines + (report.manifests ?? []).flatMap(comparison)
  }

  private static func comparison(_ comparison: ManifestComparison) -> [String] {
    let compared = comparison.compared.joined(separator: ", ")
    guard !comparison.mismatches.isEmpty else {
      return ["As \(comparison.manifest) says: \(compared)."]
    }
    return ["Not as \(comparison.manifest) says (compared: \(compared)):"]
      + comparison.mismatches.map {
        "  \($0.place): \($0.found) found, \($0.needed) needed"
      }
  }

  private static func layout(_ layout: LayoutReport, named: Bool) -> String {
    let form =
      switch layout.form {
      case .groups: "a group a split"
      case .flat: "flat, split by \(layout.splitSources.joined(separator: ", "))"
      case .undivided: "flat, all rows in whichever split is asked for"
      case .items: "a group an item"
      case .unknown: "nothing known"
      }
    let columns = ["visual", "text", "text_mask", "label", "id"].compactMap { role in
      layout.columns[role].map { $0 == role ? role : "\(role) '\($0)'" }
    }
    return "Read as: " + (named ? "\(layout.path): " : "")
      + ([form] + (columns.isEmpty ? [] : [columns.joined(separator: ", ")])).joined(
        separator: "; ")
  }

  private static func split(_ split: SplitReport) -> [String] {
    var table = TextTable(header: ["dataset", "shape", "type", "chunks", "filters", "bytes"])
    for dataset in split.datasets {
      table.add([
        (dataset.file.map { "\($0): " } ?? "") + dataset.path
          + (dataset.isUsed ? "" : " (not used)"),
        dataset.shape.map(sizes) ?? "empty", dataset.type,
        dataset.chunkShape.map(sizes) ?? "one piece",
        dataset.filters.isEmpty ? "none" : dataset.filters.joined(separator: " + "),
        Decimals.grouped(dataset.byteCount),
      ])
    }
    var lines = table.lines
    lines += [summary(split)].compactMap { $0 }
    if let classes = split.classes {
      let (rarest, largest) = (
        PrintableText.line(classes.rarest), PrintableText.line(classes.largest)
      )
      lines.append(
        "  \(Decimals.grouped(classes.labelled)) labelled, "
          + "\(Decimals.grouped(classes.unlabelled)) not; rarest class '\(rarest)' has "
          + "\(Decimals.grouped(classes.rarestCount)), largest '\(largest)' has "
          + "\(Decimals.grouped(classes.largestCount))")
    }
    return lines
  }

  private static func summary(_ split: SplitReport) -> String? {
    guard let rows = split.rowCount else { return nil }
    var parts = ["\(Decimals.grouped(rows)) rows"]
    if let width = split.visualWidth { parts.append("visual width \(width)") }
    if let width = split.textWidth { parts.append("text width \(width)") }
    if let missing = split.rowsWithoutText, split.textWidth != nil {
      parts.append("\(Decimals.grouped(missing)) without text")
    }
    if let texts = split.uniqueTextVectors {
      parts.append("\(Decimals.grouped(texts)) different texts")
    }
    let broken = (split.nonFiniteVisualRows ?? 0) + (split.nonFiniteTextRows ?? 0)
    parts.append("\(Decimals.grouped(broken)) rows not finite")
    if let shared = split.visualRowsAlsoInTrain, shared > 0 {
      parts.append("\(Decimals.grouped(shared)) images also in 'train'")
    }
    return "  " + parts.joined(separator: ", ")
  }

  private static func sizes(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
