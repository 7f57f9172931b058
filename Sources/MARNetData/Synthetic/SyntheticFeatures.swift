// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Deterministic paired features of the kind that privileged text is for.
///
/// Every class has a code u in R^k. A row of class c shows it to both modalities, with
/// a deviation s that they share and one that they do not:
///
///     visual = V (u + 0.4 s + 0.8 e) + 3 Q w + 0.5 noise
///     text   = T (u + 0.4 s + 0.15 f) + 0.3 noise
///
/// with all of s, e, f, w standard normal. The nuisance w (up to 64 dimensions) drowns
/// the code: with few labels an image classifier cannot tell them apart, but many
/// image-text pairs show which directions are nuisance, and text alone tells classes
/// apart much better than images ever do.
///
/// A row depends on (seed, split, row) alone, never on the block in which it is made.
public struct SyntheticFeatures: Sendable {
  /// What the features are made of.
  public let parameters: SyntheticParameters
  /// "class_0", "class_1", ...
  public let classNames: [String]

  private let key: RandomKey
  private let codeWidth: Int
  private let nuisanceWidth: Int
  /// u of every class, `[C, k]`.
  private let codes: Matrix
  /// V and Q side by side, transposed, scaled: `[k + q, Dv]`.
  private let visualMap: Matrix
  /// T transposed, scaled: `[k, Ds]`.
  private let textMap: Matrix

  private enum Purpose {
    static let code: UInt8 = 40
    static let signal: UInt8 = 41
    static let nuisance: UInt8 = 42
    static let text: UInt8 = 43
    static let row: UInt8 = 44
    static let order: UInt8 = 45
    static let hasText: UInt8 = 46
    static let visualNoise: UInt8 = 47
    static let textNoise: UInt8 = 48
  }

  /// - Throws: `DataError` of kind `configuration` for a parameter out of range.
  public init(_ parameters: SyntheticParameters) throws {
    try parameters.check()
    self.parameters = parameters
    classNames = (0..<parameters.classCount).map { "class_\($0)" }
    let key = RandomKey(seed: parameters.seed)
    self.key = key
    let bits = Int.bitWidth - (parameters.classCount - 1).leadingZeroBitCount
    codeWidth = min(max(8, 2 * bits), parameters.visualWidth, parameters.textWidth)
    nuisanceWidth = min(64, max(1, parameters.visualWidth / 2))

    func normal(_ rows: Int, _ columns: Int, scale: Float, purpose: UInt8) -> Matrix {
      var matrix = Matrix(rowCount: rows, columnCount: columns)
      let view = matrix.mutableView()
      for row in 0..<rows {
        key.fillNormal(
          view.row(row), count: columns, rowKey: UInt64(row), tag: RandomKey.tag(purpose: purpose))
        for column in 0..<columns { view.row(row)[column] *= scale }
      }
      return matrix
    }
    let perCode = 1 / Float(codeWidth).squareRoot()
    let signal = normal(
      codeWidth, parameters.visualWidth, scale: perCode, purpose: Purpose.signal)
    let nuisance = normal(
      nuisanceWidth, parameters.visualWidth, scale: 3 / Float(nuisanceWidth).squareRoot(),
      purpose: Purpose.nuisance)
    visualMap = Matrix(
      rowCount: codeWidth + nuisanceWidth, columnCount: parameters.visualWidth,
      values: signal.values + nuisance.values)
    textMap = normal(codeWidth, parameters.textWidth, scale: perCode, purpose: Purpose.text)
    codes = normal(parameters.classCount, codeWidth, scale: 1, purpose: Purpose.code)
  }

  /// The rows `rows` of `split`: visual, text, labels, identifiers such as "train-17",
  /// and a text mask where some rows have no text.
  public func block(_ split: Split, rows: Range<Int>) -> FeatureBlock {
    let count = rows.count
    var visual = Matrix(rowCount: count, columnCount: parameters.visualWidth)
    var text = Matrix(rowCount: count, columnCount: parameters.textWidth)
    let visualView = visual.mutableView()
    let textView = text.mutableView()
    let classes = classes(split, rows: rows)
    let hasText = rows.map { self.hasText(split, row: $0) }
    for (place, row) in rows.enumerated() {
      let rowKey = rowKey(split, row)
      let (visualCode, textCode) = codes(ofClass: classes[place], rowKey: rowKey)
      combine(
        visualCode, of: visualMap, noise: 0.5, rowKey: rowKey, purpose: Purpose.visualNoise,
        into: visualView.row(place))
      guard hasText[place] else { continue }
      combine(
        textCode, of: textMap, noise: 0.3, rowKey: rowKey, purpose: Purpose.textNoise,
        into: textView.row(place))
    }
    return FeatureBlock(
      visual: visual, text: text,
      labels: rows.enumerated().map { place, row in
        isLabelled(split, row: row) ? Int32(classes[place]) : -1
      },
      ids: .strings(rows.map { "\(split.rawValue)-\($0)" }),
      textMask: parameters.textFraction < 1 ? hasText : nil)
  }

  /// Classes come in rounds: each round of C rows holds every class once, shuffled.
  private func classes(_ split: Split, rows: Range<Int>) -> [Int] {
    let classCount = parameters.classCount
    var round = -1
    var order: [Int] = []
    return rows.map { row in
      if row / classCount != round {
        round = row / classCount
        order = Array(0..<classCount)
        key.shuffle(
          &order, rowKey: rowKey(split, round), tag: RandomKey.tag(purpose: Purpose.order))
      }
      return order[row % classCount]
    }
  }

  /// Whole rounds are labelled, evenly spread, the first one among them: classes stay
  /// balanced however few labels are kept.
  private func isLabelled(_ split: Split, row: Int) -> Bool {
    guard split == .train else { return true }
    let round = Double(row / parameters.classCount)
    let share = parameters.labelledFraction
    return (share * (round + 1)).rounded(.up) > (share * round).rounded(.up)
  }

  private func hasText(_ split: Split, row: Int) -> Bool {
    guard split != .test && parameters.textFraction < 1 else { return true }
    let word = key.word(
      rowKey: rowKey(split, row), index: 0, tag: RandomKey.tag(purpose: Purpose.hasText))
    return Double(word) < parameters.textFraction * 4_294_967_296
  }

  /// The k + q latent values of a visual row and the k of its text.
  private func codes(ofClass index: Int, rowKey: UInt64) -> (visual: [Float], text: [Float]) {
    var draws = [Float](repeating: 0, count: 3 * codeWidth + nuisanceWidth)
    key.fillNormal(
      &draws, count: draws.count, rowKey: rowKey, tag: RandomKey.tag(purpose: Purpose.row))
    let code = codes.row(index)
    let shared = (0..<codeWidth).map { code[$0] + 0.4 * draws[$0] }
    let visual = (0..<codeWidth).map { shared[$0] + 0.8 * draws[codeWidth + $0] }
    let text = (0..<codeWidth).map { shared[$0] + 0.15 * draws[2 * codeWidth + $0] }
    return (visual + draws[(3 * codeWidth)...], text)
  }

  /// target = noise N(0, 1) + latentᵀ map, summed in the order of the latent values.
  private func combine(
    _ latent: [Float], of map: Matrix, noise: Float, rowKey: UInt64, purpose: UInt8,
    into target: UnsafeMutablePointer<Float>
  ) {
    let width = map.columnCount
    key.fillNormal(
      target, count: width, rowKey: rowKey, tag: RandomKey.tag(purpose: purpose))
    for column in 0..<width { target[column] *= noise }
    let view = map.view
    for (index, weight) in latent.enumerated() {
      let row = view.row(index)
      for column in 0..<width { target[column] += weight * row[column] }
    }
  }

  private func rowKey(_ split: Split, _ row: Int) -> UInt64 {
    let place: UInt64 =
      switch split {
      case .train: 1
      case .val: 2
      case .test: 3
      }
    return place << 56 | UInt64(row)
  }
}
