// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The rows of one modality of a split, read from their file whenever they are needed.
package struct FileRows: FeatureRows {
  /// What of a row is read.
  package enum Modality: Sendable {
    /// The visual feature.
    case visual
    /// The text feature; 0 where a row has none.
    case text
  }

  private let file: FeatureFile
  private let split: Split
  private let modality: Modality
  package let rowCount: Int
  package let width: Int
  package let storedType: FeatureType
  package let chunkRows: Int

  /// - Throws: `DataError` when the split lacks the modality or it cannot be used.
  package init(_ modality: Modality, of split: Split, in file: FeatureFile) throws {
    self.file = file
    self.split = split
    self.modality = modality
    let layout = try file.layout(of: split)
    let dataset: HDF5Dataset
    switch modality {
    case .visual: dataset = try layout.visual.get()
    case .text:
      guard let text = try layout.text?.get() else { throw DataError.noText(layout.textLocation) }
      dataset = text
    }
    rowCount = dataset.rowCount
    width = dataset.rowWidth
    // What memory would hold, see StoredRows.
    storedType = dataset.featureType.inMemory
    chunkRows = dataset.storage.chunkShape?.first ?? 1
  }

  package func read(_ range: Range<Int>, into target: MatrixView) throws {
    let rows =
      modality == .visual
      ? try file.readVisual(split, rows: range) : try file.readText(split, rows: range)
    target.copy(from: rows.view)
    withExtendedLifetime(rows) {}
  }
}
