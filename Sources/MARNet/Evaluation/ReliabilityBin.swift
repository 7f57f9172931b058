// SPDX-License-Identifier: Apache-2.0

/// The rows whose largest probability lies in (lowest, highest].
package struct ReliabilityBin: Sendable, Equatable {
  package var lowest: Double
  package var highest: Double
  package var rows: Int
  /// Mean of the largest probability; 0 without rows.
  package var confidence: Double
  /// Fraction of the rows whose most probable class is their label; 0 without rows.
  package var accuracy: Double

  package init(
    lowest: Double, highest: Double, rows: Int, confidence: Double, accuracy: Double
  ) {
    self.lowest = lowest
    self.highest = highest
    self.rows = rows
    self.confidence = confidence
    self.accuracy = accuracy
  }
}
