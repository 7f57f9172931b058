// SPDX-License-Identifier: Apache-2.0

import MARNetStudy
import TestSupport
import Testing

@Suite struct StudentTTests {
  /// `scipy.stats.t.ppf(0.975, df)` and `(0.995, df)`.
  @Test(arguments: [
    (1.0, 12.7062047362, 63.6567411629), (2.5, 3.5746987713, 7.0325494446),
    (4, 2.7764451052, 4.6040948713), (30, 2.0422724563, 2.7499956536),
    (1000, 1.9623390808, 2.5807546981),
  ])
  func quantiles(degrees: Double, at95: Double, at99: Double) {
    let found = [0.95, 0.99].map {
      StudentT.quantile(confidence: $0, degreesOfFreedom: degrees)
    }
    expectClose(found, [at95, at99], tolerance: 1e-8, "t with \(degrees) degrees")
  }
}
