// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct RowOrderTests {
  /// Ascending, equal values in the order of their places, one memory for all counts.
  @Test func isAStableSort() {
    let order = RowOrder(capacity: 1_000)
    for count in [0, 1, 2, 9, 1_000, 70] {
      var values = Seeded.normal(1, count, seed: UInt64(count)).values
      // Many ties, and values of all sizes.
      for place in 0..<count where place % 3 > 0 {
        values[place] = (values[place] * 4).rounded() + 0
        if place % 5 == 0 { values[place] *= 1e-30 }
      }
      // A sum with 0 has no -0, which would stand before 0.
      values = values.map { $0 + 0 }
      let expected = values.indices.sorted {
        values[$0] < values[$1] || values[$0] == values[$1] && $0 < $1
      }
      withExtendedLifetime(order) {
        let sorted = order.sort(values, count: count)
        #expect((0..<count).map { sorted.place($0) } == expected, "\(count) values")
        #expect((0..<count).map { sorted.value($0) } == expected.map { values[$0] })
      }
    }
  }

  @Test func infinitiesHaveTheirPlaces() {
    let values: [Float] = [.infinity, 1, -.infinity, -1, .infinity]
    let order = RowOrder(capacity: 5)
    withExtendedLifetime(order) {
      let sorted = order.sort(values, count: 5)
      #expect((0..<5).map { sorted.place($0) } == [2, 3, 1, 0, 4])
    }
  }
}
