// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension FeatureFile {
  /// All rows of `split`, read into memory and checked.
  ///
  /// Training and validation rows need labels; in the training split every class
  /// needs a labelled row. The text of the test split is never read.
  ///
  /// - Throws: `DataError` with the first thing that is wrong.
  public func pairedRows(_ split: Split) throws -> PairedRows {
    let layout = try layout(of: split)
    let visual = try layout.visual.get()
    let text = split == .test ? nil : try layout.text?.get()
    let all = 0..<visual.rowCount
    let hasText = text == nil ? nil : try layout.readTextMask(all)
    try requireEqualWidths(split)
    let names = try classNames
    let labels =
      layout.labels == nil && split == .test
      ? [Int32](repeating: -1, count: visual.rowCount) : try labels(split)
    let rows = try PairedRows(
      visual: try visual.readMatrix(all, threads: threads),
      text: try text?.readMatrix(all, threads: threads), hasText: hasText, labels: labels,
      ids: try ids(split), classNames: names,
      origin: DataLocation(path: path, object: "/\(split.rawValue)"),
      labelsName: layout.labelsLocation.name)
    if split == .train { try rows.requireEveryClassLabelled() }
    return rows
  }

  /// - Throws: `DataError` unless features of `split` are as wide as those of training.
  func requireEqualWidths(_ split: Split) throws(DataError) {
    guard split != .train, let train = layouts[.train].flatMap({ try? $0.get() }) else { return }
    let other = try layout(of: split)
    try requireEqualWidths(try? train.visual.get(), try? other.visual.get())
    if split != .test { try requireEqualWidths(try? train.text?.get(), try? other.text?.get()) }
  }

  private func requireEqualWidths(
    _ reference: HDF5Dataset?, _ dataset: HDF5Dataset?
  ) throws(DataError) {
    guard let reference, let dataset, reference.rowWidth != dataset.rowWidth else { return }
    throw DataError.unequalWidths(
      dataset.location, width: dataset.rowWidth, reference: reference.location.object ?? "/",
      referenceWidth: reference.rowWidth)
  }
}
