// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Gaussian noise on standardised images in training, against visual noise at test: a row's
/// standard deviation is drawn uniformly from 0 to `deviation`, so that clean rows stay part
/// of what is learnt.
struct FeatureNoise: Sendable {
  private let deviation: Float
  private let key: RandomKey
  /// Added to every row's number.
  private let offset: Int

  init(deviation: Float, key: RandomKey, offset: Int) {
    self.deviation = deviation
    self.key = key
    self.offset = offset
  }

  var isOn: Bool { deviation > 0 }

  /// `target = source + s ε`, s uniform in [0, deviation), ε ~ N(0, I); keyed by step and row.
  func apply(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, step: Int,
    row: Int, count: Int
  ) {
    let rowKey = RandomKey.trainingRow(step: step, row: offset + row)
    key.fillNormal(
      target, count: count, rowKey: rowKey,
      tag: RandomKey.tag(purpose: RandomPurpose.featureNoise))
    let word = key.word(
      rowKey: rowKey, index: 0, tag: RandomKey.tag(purpose: RandomPurpose.featureNoiseSize))
    let size = deviation * Float(word >> 8) * 0x1p-24
    for column in 0..<count { target[column] = source[column] + size * target[column] }
  }
}
