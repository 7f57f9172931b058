// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

/// Token datasets: what is read of them, and one test a message.
@Suite struct TokenTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  static let mask: [Int64] = [1, 0, 1, 1, 0, 2, 1, 1]

  /// Four rows of two patches and two words; a part whose writer is given is written by it.
  private func write(
    visual: ((RawFile) throws -> Void)? = {
      try $0.floats("train/visual_tokens", [4, 2, 3], (0..<24).map { Float($0) })
    },
    text: ((RawFile) throws -> Void)? = {
      try $0.floats("train/text_tokens", [4, 2, 2], (0..<16).map { Float($0) })
    },
    mask: ((RawFile) throws -> Void)? = {
      try $0.integers("train/text_tokens_mask", TokenTests.mask, shape: [4, 2])
    },
    textMask: [Int64]? = nil
  ) throws {
    try SmallFile.write(
      to: path,
      more: { file in
        try visual?(file)
        try text?(file)
        try mask?(file)
        if let textMask { try file.integers("train/text_mask", textMask) }
      })
  }

  private func expect(
    _ text: String, location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    expectError(text, in: folder, location: location, body)
  }

  private func read() throws -> PairedRows {
    try FeatureFile(path: path).pairedRows(.train, withTokens: true)
  }

  private func readIt() throws { _ = try read() }

  @Test func tokensAreReadWhenAskedFor() throws {
    try write()
    #expect(try FeatureFile(path: path).pairedRows(.train).tokens == nil)
    let tokens = try #require(try read().tokens)
    #expect(tokens.visualCount == 2 && tokens.textCount == 2)
    #expect(
      tokens.visual == Matrix(rowCount: 4, columnCount: 6, values: (0..<24).map { Float($0) }))
    #expect(tokens.text == Matrix(rowCount: 4, columnCount: 4, values: (0..<16).map { Float($0) }))
    #expect(tokens.isWord == [true, false, true, true, false, true, true, true])
    let part = try #require(try read().rows(at: [2, 0]).tokens)
    #expect(part.isWord == [false, true, true, false])
    #expect(part.visual.row(0) == [12, 13, 14, 15, 16, 17])
  }

  @Test func aFileWithoutTokensHasNone() throws {
    try SmallFile.write(to: path)
    #expect(try read().tokens == nil)
  }

  /// Padding may hold anything, and rows without text have no words.
  @Test func paddingIsNotLookedAt() throws {
    try write(
      text: {
        try $0.floats(
          "train/text_tokens", [4, 2, 2],
          [0, 1, .nan, 3, 4, 5, 6, 7, 8, .infinity, 10, 11, .nan, 13, 14, 15])
      }, textMask: [1, 1, 1, 0])
    let tokens = try #require(try read().tokens)
    #expect(tokens.isWord == [true, false, true, true, false, true, false, false])
  }

  /// Tokens are no misspelt features.
  @Test func tokensAreNotTakenForFeatures() throws {
    try SmallFile.write(
      to: path, visual: nil,
      more: { try $0.floats("train/visual_tokens", [4, 2, 3], (0..<24).map { Float($0) }) })
    expect(
      "f.h5: has no dataset '/train/visual'; the group holds 'label', 'text', 'visual_tokens'. "
        + "Add it, or name another with --visual-key."
    ) { try readIt() }
  }

  @Test func inspectingNamesWhatIsWrong() throws {
    try write(mask: nil)
    let report = try FeatureFile(path: path).inspect()
    #expect(report.problems.isEmpty)
    #expect(report.notes.contains { $0.contains("alignment method 'team' would refuse") })
    #expect(!report.notes.contains { $0.contains("not read") })
  }

  @Test func tokensOfTwoDimensions() throws {
    try write(visual: { try $0.floats("train/visual_tokens", [4, 3], SmallFile.visual) })
    expect(
      "f.h5: dataset '/train/visual_tokens' has shape [4, 3]; it needs shape [rows, tokens, width]. "
        + "Store every row's tokens, padded to one number."
    ) { try readIt() }
  }

  @Test func tokenNumbers() throws {
    try write(text: {
      try $0.integers("train/text_tokens", [Int64](repeating: 1, count: 16), shape: [4, 2, 2])
    })
    expect(
      "f.h5: dataset '/train/text_tokens' holds int64 values; it needs float16, bfloat16, float32 "
        + "or float64. Store the encoder's token embeddings, not token numbers."
    ) { try readIt() }
  }

  @Test func noTokens() throws {
    try write(visual: { try $0.floats("train/visual_tokens", [4, 0, 3], []) })
    expect(
      "f.h5: dataset '/train/visual_tokens' has no columns; it needs 1 or more. "
        + "Run the feature extraction again."
    ) { try readIt() }
  }

  @Test func unequalRows() throws {
    try write(text: {
      try $0.floats("train/text_tokens", [3, 2, 2], [Float](repeating: 1, count: 12))
    })
    expect(
      "f.h5: dataset '/train/text_tokens' has 3 rows but '/train/text' has 4. "
        + "Rows must pair one to one; write one value for each row."
    ) { try readIt() }
  }

  @Test func anotherWidthThanTheFeatures() throws {
    try write(visual: {
      try $0.floats("train/visual_tokens", [4, 2, 2], [Float](repeating: 1, count: 16))
    })
    expect(
      "f.h5: dataset '/train/visual_tokens' has tokens of 2 columns but '/train/visual' has 3. "
        + "Store tokens and features of one width: both pass through one projector."
    ) { try readIt() }
  }

  @Test(arguments: TokenLayoutNames.all) func oneOfThemIsMissing(name: String) throws {
    try write(
      visual: name == "visual_tokens"
        ? nil : { try $0.floats("train/visual_tokens", [4, 2, 3], (0..<24).map { Float($0) }) },
      text: name == "text_tokens"
        ? nil : { try $0.floats("train/text_tokens", [4, 2, 2], (0..<16).map { Float($0) }) },
      mask: name == "text_tokens_mask"
        ? nil : { try $0.integers("train/text_tokens_mask", TokenTests.mask, shape: [4, 2]) })
    let error = #expect(throws: DataError.self) { try readIt() }
    let text = error?.description.replacing("\(folder.path)/", with: "") ?? ""
    #expect(text.hasPrefix("f.h5: has no dataset '/train/\(name)'; the group holds 'label', "))
    #expect(text.hasSuffix("Add '\(name)' of shape [\(TokenLayoutNames.shape(of: name))]."))
  }

  @Test func aMaskOfAnotherShape() throws {
    try write(mask: { try $0.integers("train/text_tokens_mask", [1, 1, 1, 1], shape: [4, 1]) })
    expect(
      "f.h5: dataset '/train/text_tokens_mask' has shape [4, 1]; it needs shape [4, 2], that of "
        + "the tokens. Store true where 'text_tokens' holds a word and false in its padding."
    ) { try readIt() }
  }

  @Test func aMaskOfFloats() throws {
    try write(mask: {
      try $0.floats("train/text_tokens_mask", [4, 2], [Float](repeating: 1, count: 8))
    })
    expect(
      "f.h5: dataset '/train/text_tokens_mask' holds float32 values; it needs bool or integer. "
        + "Store it as bool: true where 'text_tokens' holds a word."
    ) { try readIt() }
  }

  @Test func aTextWithoutWords() throws {
    try write(mask: {
      try $0.integers("train/text_tokens_mask", [1, 0, 0, 0, 0, 2, 0, 0], shape: [4, 2])
    })
    expect(
      "f.h5: dataset '/train/text_tokens_mask' marks no word in row 1 (2 such rows), which has "
        + "text. Mark its words, or mark the row in 'text_mask' as without text."
    ) { try readIt() }
  }

  @Test func tokensThatAreNotFinite() throws {
    var values = (0..<24).map { Float($0) }
    values[10] = .infinity
    values[20] = .nan
    try write(visual: { try $0.floats("train/visual_tokens", [4, 2, 3], values) })
    expect(
      "f.h5: dataset '/train/visual_tokens' holds inf in row 1, token 1, column 1; 2 tokens are "
        + "not finite. Repair them, or drop these rows."
    ) { try readIt() }
  }
}

enum TokenLayoutNames {
  static let all = ["visual_tokens", "text_tokens", "text_tokens_mask"]

  static func shape(of name: String) -> String {
    name == "text_tokens_mask" ? "rows, tokens" : "rows, tokens, width"
  }
}
