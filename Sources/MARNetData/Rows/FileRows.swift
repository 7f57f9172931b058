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
    let column: Column
    switch modality {
    case .visual: column = try layout.visual.get()
    case .text:
      guard let text = try layout.text?.get() else { throw DataError.noText(layout.textLocation) }
      column = text
    }
    rowCount = column.rowCount
    width = column.rowWidth
    storedType = column.typeInMemory
    chunkRows = column.chunkRows
  }

  package func read(_ range: Range<Int>, into target: MatrixView) throws {
    switch modality {
    case .visual: try file.readVisual(split, rows: range, into: target)
    case .text: try file.readText(split, rows: range, into: target)
    }
  }
}
