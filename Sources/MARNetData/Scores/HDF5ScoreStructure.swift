// SPDX-License-Identifier: Apache-2.0

/// A new HDF5 score file whose structure is written, open for its string identifiers.
///
/// The file is closed when this goes.
struct HDF5ScoreStructure {
  /// Where the rows of each dataset will lie.
  let places: HDF5ScoreLayout.Places
  private let file: HDF5File
  private let identifiers: HDF5Dataset?

  /// Identifiers are written so many at a time: the file's bytes do not depend on blocks.
  private static let blockRows = 4_096

  init(file: HDF5File, identifiers: HDF5Dataset?, places: HDF5ScoreLayout.Places) {
    self.file = file
    self.identifiers = identifiers
    self.places = places
  }

  /// Writes string identifiers, where the file has any, and hands all to the system.
  ///
  /// - Parameter read: gives those of some rows; asked in order.
  func writeIdentifiers(_ read: (Range<Int>) throws -> [String]) throws {
    if let identifiers {
      for first in stride(from: 0, to: identifiers.rowCount, by: Self.blockRows) {
        let rows = first..<min(first + Self.blockRows, identifiers.rowCount)
        try identifiers.writeStrings(rows, try read(rows))
      }
    }
    try file.flush()
  }
}
