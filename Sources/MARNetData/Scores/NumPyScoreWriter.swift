// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Probabilities as one NumPy array, float32 `[N, C]`: the bytes that `np.save` writes.
final class NumPyScoreWriter: SequentialScoreWriter {
  init(to target: ScoreTarget, columns: ScoreColumns) throws {
    guard
      columns.topK == nil && columns.embeddingWidth == nil && columns.reconstructionWidth == nil
    else {
      throw DataError.cannotWrite(
        path: target.shownPath,
        reason: "an .npy array holds the probabilities of all classes; more needs .h5 or .jsonl")
    }
    guard let rowCount = columns.rowCount else {
      throw ScoreFileError.rowCountUnknown(path: target.shownPath)
    }
    try super.init(
      to: target, columns: columns,
      header: NumPyHeader.bytes(rowCount: rowCount, columnCount: columns.classNames.count))
  }

  override func encode(_ block: ScoreBlock, row: Int, into bytes: inout [UInt8]) {
    for value in block.probabilities.row(row) {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
  }
}
