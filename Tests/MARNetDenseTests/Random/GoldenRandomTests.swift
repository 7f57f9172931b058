// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import TestSupport
import Testing

/// Random numbers against `random.json`, whose generator is written from the paper and begins
/// with Random123's known answers.
@Suite struct GoldenRandomTests {
  let golden: Golden

  init() throws { golden = try Golden(file: "random") }

  @Test func philoxGivesTheKnownAnswers() throws {
    for answer in try golden["philox"].items {
      let counter = try answer["counter"].doubles.map { UInt32($0) }
      let key = try answer["key"].doubles.map { UInt64($0) }
      var words: [UInt32] = [0, 0, 0, 0]
      marnet_philox(
        key[1] << 32 | key[0], counter[0], UInt64(counter[2]) << 32 | UInt64(counter[1]),
        counter[3], &words)
      #expect(words == (try answer["words"].doubles.map { UInt32($0) }))
    }
  }

  @Test func tagsHoldPurposeDrawAndStep() throws {
    for place in try golden["normal"].items + golden["keepMask"].items {
      #expect(try tag(place) == UInt32(place["tag"].double))
    }
  }

  /// Box-Muller in Float32 with polynomials good to 1e-7; the stored values are exact.
  @Test func normalsAreThoseOfBoxAndMuller() throws {
    for place in try golden["normal"].items {
      let count = try place["count"].int
      var values = [Float](repeating: .nan, count: count + 1)
      try RandomKey(seed: place["seed"].bits).fillNormal(
        &values, count: count, rowKey: place["rowKey"].bits, tag: tag(place))
      #expect(values.removeLast().isNaN, "nothing is written behind the row")
      expectClose(values, try place["values"].floats, tolerance: 1e-6, "normal[\(count)]")
    }
  }

  @Test func dropoutKeepsWhatTheMaskKeeps() throws {
    for place in try golden["keepMask"].items {
      let count = try place["count"].int
      let rowKey = try place["rowKey"].bits
      let dropout = Dropout(
        probability: try place["p"].float, key: RandomKey(seed: try place["seed"].bits),
        purpose: UInt8(try place["purpose"].int))
      let ones = Matrix(rowCount: 1, columnCount: count, repeating: 1)
      var kept = ones
      dropout.apply(
        ones.view, into: kept.mutableView(), step: Int(rowKey >> 32),
        firstRow: Int(UInt32(truncatingIfNeeded: rowKey)))
      let expected = try place["values"].floats
      #expect(kept.values.map { $0 == 0 } == expected.map { $0 == 0 })
      expectClose(kept.values, expected, tolerance: 2e-7, "keepMask[\(count)]")
    }
  }

  @Test func integersBelowABound() throws {
    for place in try golden["integer"].items {
      let key = RandomKey(seed: try place["seed"].bits)
      let value = key.integer(
        below: try place["below"].int, rowKey: try place["rowKey"].bits, tag: try tag(place))
      #expect(value == (try place["value"].int))
    }
  }

  @Test func rowsAreKeyedByTheirBits() throws {
    for row in try golden["contentHash"].items {
      let values = try row["words"].doubles.map { Float(bitPattern: UInt32($0)) }
      let hash = values.withUnsafeBufferPointer { RandomKey.contentRow($0) }
      #expect(hash == (try row["hash"].bits))
    }
  }

  private func tag(_ place: Golden) throws -> UInt32 {
    RandomKey.tag(
      purpose: UInt8(try place["purpose"].int), draw: try place["draw"].int,
      step: try place["diffusionStep"].int)
  }
}
