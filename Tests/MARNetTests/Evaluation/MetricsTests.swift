// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

@Suite struct MetricsTests {
  @Test func equalTheReference() throws {
    let golden = try Golden(file: "metrics")
    let logs = try golden["logProbabilities"].matrix
    let labels = try golden["labels"].doubles.map { Int32($0) }
    var accumulator = MetricsAccumulator(classCount: logs.columnCount)
    // In blocks: the sums do not know where a block ends.
    for rows in [0..<7, 7..<8, 8..<40] {
      accumulator.add(
        logProbabilities: logs.rows(at: Array(rows)), labels: Array(labels[rows]))
    }
    let metrics = accumulator.metrics
    #expect(metrics.rows == 40)
    expectClose([metrics.top1], [try golden["top1"].double], tolerance: 1e-6, "top1")
    expectClose([metrics.top5], [try golden["top5"].double], tolerance: 1e-6, "top5")
    expectClose(
      [metrics.balancedAccuracy], [try golden["balancedAccuracy"].double], tolerance: 1e-6,
      "balancedAccuracy")
    expectClose(
      [metrics.nll], [try golden["negativeLogLikelihood"].double], tolerance: 1e-5,
      "negativeLogLikelihood")
    expectClose(
      [metrics.ece], [try golden["calibrationError"].double], tolerance: 1e-5, "calibrationError")
    expectClose(
      LogProbabilities.predictions(logs).map { Double($0) }, try golden["predictions"].doubles,
      "predictions")
    let temperature = CalibrationTemperature.fit(logs, labels: labels)
    let expected = try golden["calibrationTemperature"].double
    #expect(abs(temperature - expected) < 1e-3 * expected)
    let calibrated = RowMetrics.nll(
      LogProbabilities.tempered(logs, temperature: temperature), labels: labels)
    let mean = calibrated.reduce(0, +) / 40
    expectClose(
      [mean], [try golden["calibratedNegativeLogLikelihood"].double], tolerance: 1e-5,
      "calibratedNegativeLogLikelihood")
  }

  @Test func tiesGoToTheLowerIndex() {
    let tied = Matrix(rows: [[-0.7, -0.7], [-0.7, -0.7]])
    var accumulator = MetricsAccumulator(classCount: 2)
    accumulator.add(logProbabilities: tied, labels: [0, 1])
    #expect(accumulator.metrics.top1 == 0.5)
    #expect(LogProbabilities.predictions(tied) == [0, 0])
  }

  @Test func notANumberIsWrongAndBounded() {
    var accumulator = MetricsAccumulator(classCount: 2)
    accumulator.add(logProbabilities: Matrix(rows: [[.nan, .nan]]), labels: [0])
    #expect(accumulator.metrics.top1 == 0)
    #expect(accumulator.metrics.nll == 20)
    #expect(accumulator.metrics.ece.isFinite)
  }

  @Test func unlabelledRowsAreLeftOut() {
    var accumulator = MetricsAccumulator(classCount: 2)
    accumulator.add(logProbabilities: Matrix(rows: [[-1, -0.5], [-0.1, -2]]), labels: [-1, 0])
    #expect(accumulator.metrics.rows == 1)
    #expect(accumulator.metrics.top1 == 1)
    #expect(abs(accumulator.metrics.nll - 0.1) < 1e-6)
  }

  @Test func impossibleRowsCountTwentyAtMost() {
    #expect(RowMetrics.nll(Matrix(rows: [[-50, 0]]), labels: [0]) == [20])
  }

  @Test func pairedDifferences() {
    let difference = PairedDifference([1, 2, 4], minus: [0, 2, 1])
    #expect(abs(difference.mean - 4.0 / 3) < 1e-12)
    // Deviations −1/3, −4/3, 5/3: variance 42/9/2, over 3 rows.
    #expect(abs(difference.standardError - (42.0 / 9 / 2 / 3).squareRoot()) < 1e-12)
    #expect(PairedDifference([1], minus: [3]).standardError == 0)
  }

  /// The mean is that of repeated rows; the error that of a ratio of sums.
  @Test func weightedDifference() {
    let difference = PairedDifference([1, 2, 4], minus: [0, 2, 1], weights: [2, 1, 1])
    #expect(difference.mean == 1.25)
    let squares = 0.5 * 0.5 + 1.25 * 1.25 + 1.75 * 1.75
    #expect(abs(difference.standardError - (1.5 * squares / 16).squareRoot()) < 1e-12)
    let plain = PairedDifference([1, 2, 4], minus: [0, 2, 1])
    #expect(PairedDifference([1, 2, 4], minus: [0, 2, 1], weights: [3, 3, 3]).mean == plain.mean)
    #expect(
      abs(
        PairedDifference([1, 2, 4], minus: [0, 2, 1], weights: [3, 3, 3]).standardError
          - plain.standardError) < 1e-12)
  }

  /// A row that counts three times is three rows.
  @Test func weightedTemperature() {
    let rows = Matrix(
      rowCount: 3, columnCount: 2, values: [-0.05, -3, -0.1, -2.4, -1.2, -0.36])
    let repeated = rows.rows(at: [0, 1, 1, 1, 2])
    let weighted = CalibrationTemperature.fit(rows, labels: [0, 1, 1], weights: [1, 3, 1])
    let plain = CalibrationTemperature.fit(repeated, labels: [0, 1, 1, 1, 1])
    #expect(abs(weighted - plain) < 1e-2 * plain)
    #expect(RowMetrics.mean([1, 5], weights: [3, 1]) == 2)
    #expect(RowMetrics.mean([1, 5], weights: nil) == 3)
  }

  @Test func temperingKeepsOrderAndSum() {
    let logs = LogProbabilities.tempered(Matrix(rows: [[-3, -1, -0.5]]), temperature: 1)
    let flat = LogProbabilities.probabilities(
      LogProbabilities.tempered(logs, temperature: 2))
    #expect(abs(flat.values.reduce(0, +) - 1) < 1e-6)
    #expect(flat[0, 0] < flat[0, 1] && flat[0, 1] < flat[0, 2])
  }

  @Test func theMeanOfPredictionsIsNormalised() {
    let mean = LogProbabilities.mean(of: [
      Matrix(rows: [[-0.105_360_5, -2.302_585]]), Matrix(rows: [[-2.302_585, -0.105_360_5]]),
    ])
    #expect(abs(mean[0, 0] - mean[0, 1]) < 1e-6)
    #expect(abs(mean[0, 0] + 0.693_147) < 1e-5)
  }
}
