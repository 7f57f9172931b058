// SPDX-License-Identifier: Apache-2.0

import MARNetMPI
import Testing

@Suite struct RankFailureTests {
  @Test func namesRankHostAndCause() {
    let failure = RankFailure(rank: 1, count: 2, host: "node7", message: "part.h5: no such file.")
    #expect(failure.line == "error: rank 1 of 2 on 'node7': part.h5: no such file.")
  }

  @Test(arguments: [(Duration.seconds(600), "600"), (.milliseconds(2_500), "2.5")])
  func saysHowLongItWaited(_ timeout: Duration, seconds: String) {
    let failure = RankFailure.waited(
      timeout, in: "sum of gradients", rank: 1, count: 3, host: "h")
    #expect(
      failure.line == "error: rank 1 of 3 on 'h': waited \(seconds) s for the other ranks (in: sum "
        + "of gradients): one of them is dead, hung or too slow. Raise '--collective-timeout', or "
        + "look at the others.")
  }

  /// Later ranks speak later, and none later than 5 s.
  @Test func firstRankSpeaksFirst() {
    #expect(RankFailure.pause(rank: 0) == .zero)
    #expect(RankFailure.pause(rank: 1) == .milliseconds(800))
    #expect(RankFailure.pause(rank: 2) == .milliseconds(1_100))
    #expect(RankFailure.pause(rank: 1_000) == .seconds(5))
  }
}
