// SPDX-License-Identifier: Apache-2.0

import MARNetStudy
import TestSupport
import Testing

@Suite struct StudentTTests {
  /// `scipy.stats.t.ppf(0.975, df)` and `(0.995, df)`.
  @Test(arguments: [
    (1.0, 12.706204736175, 63.656741162872), (2.5, 3.574654842004, 7.163728138949),
    (4, 2.776445105198, 4.604094871350), (30, 2.042272456301, 2.749995653567),
    (1000, 1.962339080826, 2.580754698066),
  ])
  func quantiles(degrees: Double, at95: Double, at99: Double) {
    let found = [0.95, 0.99].map {
      StudentT.quantile(confidence: $0, degreesOfFreedom: degrees)
    }
    expectClose(found, [at95, at99], tolerance: 1e-8, "t with \(degrees) degrees")
  }
}
