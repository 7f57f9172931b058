// SPDX-License-Identifier: Apache-2.0

/// What the training rows were made of, in plain words.
package enum CompositionText {
  /// One sentence on the classes and, where some rows lack text, one on those; none for models
  /// that did not count.
  package static func sentences(_ report: FitReport) -> [String] {
    guard let counts = report.counts else { return [] }
    let grouped = Decimals.grouped
    let (rarest, largest) = (counts.rarestClass, counts.largestClass)
    var classes =
      rarest.labelledRows == largest.labelledRows
      ? "Labelled rows a class: \(grouped(rarest.labelledRows)) each"
      : "Labelled rows a class: \(grouped(rarest.labelledRows)) ('\(rarest.name)') to "
        + "\(grouped(largest.labelledRows)) ('\(largest.name)')"
    if let range = report.classWeightRange {
      classes +=
        "; class weights \(Decimals.text(range.smallest, digits: 3)) to "
        + Decimals.text(range.largest, digits: 3)
    }
    guard counts.withoutText > 0 else { return [classes + "."] }
    var text =
      "Rows without text: \(grouped(counts.labelledWithoutText)) labelled, "
      + "\(grouped(counts.unlabelledWithoutText)) unlabelled"
    if counts.unlabelledWithoutText > 0 { text += ", which take part in no loss" }
    return [classes + ".", text + "."]
  }
}
