// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A fingerprint of data: what a model was fitted on.
///
/// It covers Float32 values, by the hashes of the rows, text masks, labels and class names in a
/// fixed order, so that chunking, compression, storing the same values in another type, and who
/// reads which rows leave it as it is.
package struct Fingerprint {
  private var hash = ContentHash()

  package init(rowCount: Int, visualWidth: Int, textWidth: Int?, classNames: [String]) {
    hash.update([rowCount, visualWidth, textWidth ?? 0, classNames.count].map { Int64($0) })
    for name in classNames {
      hash.update([Int64(name.utf8.count)])
      hash.update(Array(name.utf8))
    }
  }

  package mutating func add(_ features: Matrix) {
    add(
      rowHashes: [UInt64](unsafeUninitializedCapacity: features.rowCount) { hashes, count in
        if let base = hashes.baseAddress { RandomKey.contentRows(features.view, into: base) }
        count = features.rowCount
      })
    withExtendedLifetime(features) {}
  }

  /// - Parameter hashes: those of `RandomKey.contentRows`.
  package mutating func add(rowHashes hashes: [UInt64]) { hash.update(hashes) }

  package mutating func add(hasText: [Bool], labels: [Int32]) {
    hash.update(hasText.map { $0 ? UInt8(1) : 0 })
    hash.update(labels)
  }

  /// 16 hexadecimal digits.
  package var text: String { hash.text }
}

extension PairedRows {
  /// The fingerprint of these rows, 16 hexadecimal digits; the same as that of the
  /// split of a file from which they were read. Identifiers do not count.
  public var fingerprint: String {
    var fingerprint = Fingerprint(
      rowCount: rowCount, visualWidth: visual.columnCount, textWidth: text?.columnCount,
      classNames: classNames)
    fingerprint.add(visual)
    if let text { fingerprint.add(text) }
    fingerprint.add(hasText: hasText, labels: labels)
    return fingerprint.text
  }
}

extension FeatureFile {
  /// The fingerprint of `split`, 16 hexadecimal digits: that of its `PairedRows`, read
  /// in blocks. Like there, the text of the test split does not count.
  ///
  /// - Throws: `DataError` when its features or labels cannot be used.
  public func fingerprint(_ split: Split) throws -> String {
    let description = try description(of: split)
    let textWidth = split == .test ? nil : description.textWidth
    var fingerprint = Fingerprint(
      rowCount: description.rowCount, visualWidth: description.visualWidth,
      textWidth: textWidth, classNames: try classNames)
    for rows in blocks(of: description.rowCount) {
      fingerprint.add(try readVisual(split, rows: rows))
    }
    if textWidth != nil {
      for rows in blocks(of: description.rowCount) {
        fingerprint.add(try readText(split, rows: rows))
      }
    }
    let unlabelled = [Int32](repeating: -1, count: description.rowCount)
    fingerprint.add(
      hasText: textWidth == nil ? unlabelled.map { _ in false } : try textMask(split),
      labels: description.hasLabels ? try labels(split) : unlabelled)
    return fingerprint.text
  }

  private func blocks(of rowCount: Int, size: Int = 4096) -> [Range<Int>] {
    stride(from: 0, to: rowCount, by: size).map { $0..<min($0 + size, rowCount) }
  }
}
