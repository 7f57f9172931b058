// SPDX-License-Identifier: Apache-2.0

extension PairedRows {
  /// - Throws: `DataError` unless every class has a labelled row, as fitting needs.
  package func requireEveryClassLabelled() throws {
    try PairedSource(self).requireEveryClassLabelled()
  }

  /// - Throws: `DataError` unless some row has text.
  package func requireText() throws { try PairedSource(self).requireText() }
}
