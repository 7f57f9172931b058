// SPDX-License-Identifier: Apache-2.0

import MARNetData
import Testing

@Suite struct ScoreShardTests {
  @Test(arguments: [1, 2, 3, 7, 10, 1_000], [1_000, 1_001, 999_983, Int.max])
  func shardsTileTheRows(count: Int, rows: Int) {
    var next = 0
    for index in 0..<count {
      let part = ScoreShard(index, of: count).rows(of: rows)
      #expect(part.lowerBound == next && part.count >= rows / count && !part.isEmpty)
      #expect(part.count - rows / count <= 1)
      next = part.upperBound
    }
    #expect(next == rows)
  }

  @Test(arguments: [
    ("scores.h5", "scores.shard-0003-of-0010.h5"),
    ("a/b.c/s.HDF5", "a/b.c/s.shard-0003-of-0010.HDF5"),
    ("a.b/scores", "a.b/scores.shard-0003-of-0010"), (".h5", ".h5.shard-0003-of-0010"),
    ("/x.y.h5", "/x.y.shard-0003-of-0010.h5"),
  ])
  func names(output: String, path: String) {
    #expect(ScoreShard(3, of: 10).path(for: output) == path)
  }

  @Test func largeNumbers() {
    #expect(ScoreShard(12_345, of: 99_999).path(for: "s.h5") == "s.shard-12345-of-99999.h5")
  }
}
