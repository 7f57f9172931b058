// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

@Suite struct MemoryBudgetTests {
  @Test(arguments: [
    ("2G", 2 << 30), ("1.5g", 3 << 29), ("800M", 800 << 20), ("64K", 64 << 10),
    ("1T", 1 << 40), ("2GB", 2 << 30), ("2GiB", 2 << 30), ("1048576", 1 << 20), ("512b", 512),
  ])
  func readsSizes(text: String, bytes: Int) {
    #expect(MemoryBudget(text)?.byteCount == bytes)
  }

  @Test(arguments: ["", "G", "-1G", "0", "2X", "2 G", "1e9G", "2Gi", "two", "2ib", "9999999T"])
  func refusesOtherText(text: String) {
    #expect(MemoryBudget(text) == nil)
  }

  @Test func isShownInBinaryUnits() {
    let shown = [3 << 29, 800 << 20, 5].map { MemoryBudget(byteCount: $0).description }
    #expect(shown == ["1.5 GiB", "800 MiB", "1 MiB"])
  }

  @Test func automaticIsAShareOfWhatIsThere() {
    let available = Double(AvailableMemory.byteCount)
    #expect(available > 0)
    let share = Double(MemoryBudget.automatic.byteCount) / available
    #expect(share > 0.6 && share < 0.9)
  }

  private let system = "MemTotal:  9000 kB\nMemFree: 10 kB\nMemAvailable:    8000 kB\n"

  @Test func theSystemBoundsIt() {
    let found = AvailableMemory.byteCount(systemInformation: system, groups: nil) { _ in nil }
    #expect(found == 8_000 << 10)
    let nothing = AvailableMemory.byteCount(systemInformation: nil, groups: nil) { _ in nil }
    #expect(nothing == 2 << 30)
  }

  /// The limit of a parent holds for its children; what files in the cache take gives way.
  @Test func unifiedControlGroups() {
    let files = [
      "/a/b/memory.max": "max\n", "/a/b/memory.current": "10\n",
      "/a/memory.max": "5000\n", "/a/memory.current": "4000\n",
      "/a/memory.stat": "anon 100\ninactive_file 700\n",
    ]
    let found = AvailableMemory.byteCount(systemInformation: system, groups: "0::/a/b\n") {
      files[$0]
    }
    #expect(found == 5_000 - 4_000 + 700)
  }

  @Test func legacyControlGroups() {
    let files = [
      "memory/box/memory.limit_in_bytes": "6000\n", "memory/box/memory.usage_in_bytes": "1000\n",
      "memory/box/memory.stat": "inactive_file 1\ntotal_inactive_file 500\n",
    ]
    let groups = "9:name=systemd:/x\n4:cpu,memory:/box\n0::/\n"
    let found = AvailableMemory.byteCount(systemInformation: system, groups: groups) { files[$0] }
    #expect(found == 6_000 - 1_000 + 500)
  }

  @Test func aGroupThatIsFullLeavesNothing() {
    let files = ["/memory.max": "100", "/memory.current": "300"]
    let found = AvailableMemory.byteCount(systemInformation: system, groups: "0::/") { files[$0] }
    #expect(found == 0)
  }
}
