// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetStudy
import TestSupport
import Testing

/// Against NumPy and SciPy:
///
///     S, N = D.shape; m = D.mean(); r = D.mean(0); s = D.mean(1)
///     vr = r.var(ddof=1)/N; vs = s.var(ddof=1)/S
///     rest = ((D - r - s[:,None] + m)**2).sum()/((S-1)*(N-1))/(S*N)
///     se = max(vr + vs - rest, vr, vs)**.5
///     df = (vr + vs)**2/(vr**2/(N-1) + vs**2/(S-1))
///     half = scipy.stats.t.ppf(.975, df)*se
@Suite struct CrossedDifferenceTests {
  /// Seeds differ much: the sum of the parts is the largest.
  @Test func seedsThatDiffer() {
    let found = CrossedDifference([[3, 1, 2, 4], [0, -1, 1, 0.5], [2, 1, 1, 2.5]])
    check(found, mean: 1.4166666666666667, error: 0.7861650943380503, half: 2.3405460301121632)
    #expect(!found.isClear)
  }

  /// Seeds differ less than the rest explains: the rows alone set the error.
  @Test func seedsThatAgree() {
    let found = CrossedDifference([
      [1, 0, -1, 0, 1, 1, 0], [1, 0, 0, 0, 1, 0, 0], [0, 0, -1, 1, 1, 1, -1],
    ])
    check(found, mean: 0.23809523809523808, error: 0.2267120136045349, half: 0.544505067700905)
  }

  /// `d.std(ddof=1)/7**.5` and `t.ppf(.975, 6)` times that.
  @Test func oneSeedIsAPairedDifference() {
    let first: [Double] = [1, 0, 0, 1, 1, 1, 0]
    let second: [Double] = [0, 0, 1, 1, 0, 0, 0]
    let found = CrossedDifference([zip(first, second).map { $0 - $1 }])
    let paired = PairedDifference(first, minus: second)
    #expect(abs(found.mean - paired.mean) < 1e-15)
    #expect(abs(found.standardError - paired.standardError) < 1e-15)
    check(found, mean: 2.0 / 7, error: 2.0 / 7, half: 0.699117671755708)
  }

  @Test func equalPredictorsDoNotDiffer() {
    let found = CrossedDifference([[Double]](repeating: [0, 0, 0, 0], count: 3))
    check(found, mean: 0, error: 0, half: 0)
    #expect(!found.isClear)
  }

  @Test func aSteadyGainIsClear() {
    let seeds = (0..<4).map { seed in (0..<60).map { Double(($0 + seed) % 3 == 0 ? 0 : 1) } }
    #expect(CrossedDifference(seeds).isClear)
    #expect(CrossedDifference(seeds.map { $0.map { -$0 } }).isClear)
  }

  private func check(
    _ found: CrossedDifference, mean: Double, error: Double, half: Double,
    location: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      [found.mean, found.standardError, found.halfWidth], [mean, error, half], tolerance: 1e-9,
      sourceLocation: location)
  }
}
