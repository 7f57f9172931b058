// SPDX-License-Identifier: Apache-2.0

extension LayoutOptions.Pooling {
  /// Pools `tokens` tokens of `width` values each, side by side in `row`, into `target`.
  ///
  /// Sums are taken in double precision in the order of the tokens. A NaN stays one.
  func pool(
    _ row: UnsafePointer<Float>, tokens: Int, width: Int, into target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .first:
      target.update(from: row, count: width)
    case .mean:
      for column in 0..<width {
        var sum = 0.0
        for token in 0..<tokens { sum += Double(row[token * width + column]) }
        target[column] = Float(sum / Double(tokens))
      }
    case .max:
      target.update(from: row, count: width)
      for token in 1..<Swift.max(1, tokens) {
        for column in 0..<width {
          let value = row[token * width + column]
          if value > target[column] || value.isNaN { target[column] = value }
        }
      }
    }
  }
}
