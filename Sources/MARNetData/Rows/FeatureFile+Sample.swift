// SPDX-License-Identifier: Apache-2.0

extension FeatureFile {
  /// Rows that stand for all in `sampleFingerprint`.
  private static let sampledRows = 64

  /// A fingerprint of the visual features of `split`, 16 hexadecimal digits, that is quick to
  /// take: it covers their number, width and stored type and the values of 64 rows spread
  /// evenly. Features that differ in other rows only have the same.
  ///
  /// - Throws: `DataError` when the rows cannot be read. Whether they are finite is not asked.
  package func sampleFingerprint(_ split: Split) throws -> String {
    let visual = try layout(of: split).visual.get()
    let count = visual.rowCount
    var fingerprint = Fingerprint(
      rowCount: count, visualWidth: visual.rowWidth, textWidth: nil,
      classNames: [visual.featureType.rawValue])
    var last: Int?
    for index in 0..<Self.sampledRows where count > 0 {
      let row = (count - 1).multipliedFullWidth(by: index)
      let place = (Self.sampledRows - 1).dividingFullWidth(row).quotient
      guard place != last else { continue }
      last = place
      fingerprint.add(try visual.readMatrix(place..<place + 1, threads: 1))
    }
    return fingerprint.text
  }
}
