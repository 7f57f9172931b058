// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport

/// Tokens of some rows, in memory.
final class TokenFixture: @unchecked Sendable {
  let shape: TokenShape
  private let visual: Matrix
  private let text: Matrix
  private let isWord: [Bool]
  private let marks: UnsafeMutablePointer<Bool>

  init(_ shape: TokenShape, visual: Matrix, text: Matrix, isWord: [Bool]) {
    self.shape = shape
    self.visual = visual
    self.text = text
    self.isWord = isWord
    marks = .allocate(capacity: isWord.count)
    marks.initialize(from: isWord, count: isWord.count)
  }

  deinit { marks.deallocate() }

  /// Random tokens; row i has words 0, or some of them, and the last too where i is even.
  static func random(_ shape: TokenShape, rows: Int) -> TokenFixture {
    var isWord: [Bool] = []
    for row in 0..<rows {
      for word in 0..<shape.textCount {
        isWord.append(
          word == row % shape.textCount || row % 3 == 2 || (row % 2 == 0 && word == 1))
      }
    }
    return TokenFixture(
      shape, visual: Seeded.normal(rows, shape.visualCount * shape.visualWidth, seed: 31),
      text: Seeded.normal(rows, shape.textCount * shape.textWidth, seed: 32), isWord: isWord)
  }

  /// The same with `value` in the place of whatever stands in padding.
  func padded(_ value: Float) -> TokenFixture {
    var changed = text
    for row in 0..<text.rowCount {
      for word in 0..<shape.textCount where !isWord[row * shape.textCount + word] {
        for column in 0..<shape.textWidth { changed[row, word * shape.textWidth + column] = value }
      }
    }
    return TokenFixture(shape, visual: visual, text: changed, isWord: isWord)
  }

  func rows(at indices: [Int]) -> TokenFixture {
    TokenFixture(
      shape, visual: visual.rows(at: indices), text: text.rows(at: indices),
      isWord: indices.flatMap { row in
        Array(isWord[row * shape.textCount..<(row + 1) * shape.textCount])
      })
  }

  var views: TokenViews {
    TokenViews(shape: shape, visual: visual.view, text: text.view, isWord: UnsafePointer(marks))
  }
}

extension Networks {
  /// Small networks of TEAM with tokens, and a fixture for them.
  static func withTokens(
    batchSize: Int, patches: Int = 3, words: Int = 4, dropout: Float = 0.2
  ) -> Networks {
    var result = Networks(batchSize: batchSize, dropout: dropout)
    result.tokens = TokenShape(
      visualCount: patches, textCount: words, visualWidth: result.dimensions.visual,
      textWidth: result.dimensions.text)
    return result
  }

  func tokenFixture(_ marks: BatchFixture.Marks = .masked) -> BatchFixture {
    let plain = fixture(marks)
    guard let tokens else { return plain }
    return plain.with(.random(tokens, rows: batchSize + batchSize / 2))
  }
}
