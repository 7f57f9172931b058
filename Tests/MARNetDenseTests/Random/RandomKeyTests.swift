// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import TestSupport
import Testing

/// What random numbers promise whatever their values are.
@Suite struct RandomKeyTests {
  let key = RandomKey(seed: 2024)
  let tag = RandomKey.tag(purpose: 200)

  @Test(arguments: [0, 1, 2, 3, 17, 1000])
  func shufflingPermutes(count: Int) {
    var values = Array(0..<count)
    key.shuffle(&values, rowKey: 1, tag: tag)
    #expect(values.sorted() == Array(0..<count))
    var again = Array(0..<count)
    key.shuffle(&again, rowKey: 1, tag: tag)
    #expect(values == again, "the same key shuffles the same way")
    guard count > 10 else { return }
    var other = Array(0..<count)
    key.shuffle(&other, rowKey: 2, tag: tag)
    #expect(values != other, "another row key shuffles another way")
  }

  @Test(arguments: [0, 1, 7, 8, 9, 35], [1, 5, 24])
  func rowsHashedTogetherHaveTheirOwnKeys(count: Int, width: Int) {
    // Rows of a wider table, so that they do not lie side by side.
    let table = Matrix(
      rowCount: count, columnCount: width + 3,
      values: (0..<count * (width + 3)).map { Float($0) * 0.7 - 3 })
    var keys = [UInt64](repeating: 0, count: max(count, 1))
    RandomKey.contentRows(table.view.columns(2..<2 + width), into: &keys)
    for row in 0..<count {
      let alone = Array(table.row(row)[2..<2 + width]).withUnsafeBufferPointer {
        RandomKey.contentRow($0)
      }
      #expect(keys[row] == alone, "row \(row)")
    }
    #expect(Set(keys.prefix(count)).count == count)
  }

  /// Each of the six orders of three should come up 2,000 times, deviation 41.
  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for row in 0..<12_000 {
      var values = [0, 1, 2]
      key.shuffle(&values, rowKey: UInt64(row), tag: tag)
      counts[values, default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 2000) < 5 * 41 }, "\(counts)")
  }

  /// 400,000 draws: the mean's deviation is 0.0016, the variance's 0.0022, the skewness's
  /// 0.0039, the kurtosis's 0.0077; bounds are five of each.
  @Test func normalsHaveTheMomentsOfANormal() {
    let count = 4000
    var moments = [0.0, 0.0, 0.0, 0.0]
    var row = [Float](repeating: 0, count: count)
    for rowKey in 0..<100 {
      key.fillNormal(&row, count: count, rowKey: UInt64(rowKey), tag: tag)
      for value in row {
        let x = Double(value)
        moments[0] += x
        moments[1] += x * x
        moments[2] += x * x * x
        moments[3] += x * x * x * x
      }
    }
    moments = moments.map { $0 / 400_000 }
    #expect(abs(moments[0]) < 0.008)
    #expect(abs(moments[1] - 1) < 0.011)
    #expect(abs(moments[2]) < 0.02)
    #expect(abs(moments[3] - 3) < 0.078)
  }

  @Test(arguments: [Float(1), 0.37, 1e-3])
  func uniformNumbersFillTheirRange(bound: Float) {
    let count = 200_000
    var values = [Float](repeating: 0, count: count)
    key.fillUniform(&values, count: count, bound: bound, rowKey: 5, tag: tag)
    #expect(values.allSatisfy { $0 > -bound && $0 < bound })
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(count)
    let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
    let unit = Double(bound)
    #expect(abs(mean) < 5 * 0.0013 * unit)
    #expect(abs(square - unit * unit / 3) < 5 * 0.00067 * unit * unit)
    // The extremes of 200,000 draws: the chance that either stays away by 1e-4 is 1e-8.
    #expect((values.max() ?? 0) > 0.9998 * bound && (values.min() ?? 0) < -0.9998 * bound)
  }

  /// Element 2957 of this row comes of 24 ones, the largest there is.
  @Test(arguments: [Float(1), 1.0000001, 1.5, 1.9999999, 0.1])
  func theLargestUniformNumberIsBelowTheBound(bound: Float) {
    var values = [Float](repeating: 0, count: 2958)
    key.fillUniform(&values, count: values.count, bound: bound, rowKey: 790, tag: tag)
    #expect(values[2957] == bound.nextDown)
  }

  @Test func aPrefixDoesNotDependOnTheLength() {
    var long = [Float](repeating: 0, count: 300)
    key.fillNormal(&long, count: 300, rowKey: 9, tag: tag)
    for count in [1, 15, 16, 63, 64, 65, 299] {
      var short = [Float](repeating: 0, count: count)
      key.fillNormal(&short, count: count, rowKey: 9, tag: tag)
      #expect(short == Array(long[..<count]))
    }
  }

  @Test func seedRowTagAndStreamAllMatter() {
    func first(_ key: RandomKey, _ row: UInt64, _ tag: UInt32) -> UInt32 {
      key.word(rowKey: row, index: 0, tag: tag)
    }
    let words = [
      first(key, 1, tag), first(RandomKey(seed: 2025), 1, tag), first(key, 2, tag),
      first(key, 1 << 32, tag), first(key, 1, tag + 1), first(key.derived(0), 1, tag),
      first(key.derived(1), 1, tag), key.word(rowKey: 1, index: 1, tag: tag),
    ]
    #expect(Set(words).count == words.count)
  }

  @Test func dropoutKeepsTheExpectedShareAndScale() {
    let dropout = Dropout(probability: 0.2, key: key, purpose: 200)
    let ones = Matrix(rowCount: 100, columnCount: 1000, repeating: 1)
    var kept = ones
    dropout.apply(ones.view, into: kept.mutableView(), step: 3, firstRow: 0)
    let zeros = kept.values.count { $0 == 0 }
    // Deviation of the share of 100,000: 0.0013.
    #expect(abs(Double(zeros) / 100_000 - 0.2) < 5 * 0.0013)
    #expect(Set(kept.values) == [0, 1.25])
  }

  @Test func dropoutWithProbabilityZeroCopies() {
    let x = Seeded.normal(3, 5, seed: 1)
    var y = Matrix(rowCount: 3, columnCount: 5)
    Dropout(probability: 0, key: key, purpose: 200)
      .apply(x.view, into: y.mutableView(), step: 0, firstRow: 0)
    #expect(x == y)
  }

  @Test func aBlockOfRowsDropsAsTheRowsOneByOne() {
    let x = Seeded.normal(5, 40, seed: 2)
    let dropout = Dropout(probability: 0.5, key: key, purpose: 200)
    var (whole, single) = (x, x)
    dropout.apply(x.view, into: whole.mutableView(), step: 7, firstRow: 10)
    for row in 0..<5 {
      dropout.apply(
        x.view.rows(row..<row + 1), into: single.mutableView().rows(row..<row + 1), step: 7,
        firstRow: 10 + row)
    }
    #expect(whole == single)
    #expect(whole != x)
  }
}
