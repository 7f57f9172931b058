// SPDX-License-Identifier: Apache-2.0

/// The random numbers of one case: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), keyed by seed,
/// parser and case, so that any case can be made again alone.
struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, parser: String, caseNumber: Int) {
    // FNV-1a.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in parser.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    state = hash &+ seed &* 0x9E37_79B9_7F4A_7C15
    state = next() ^ UInt64(caseNumber)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From 0 up to `count`, which is not among them; 0 where there is nothing to choose.
  mutating func below(_ count: Int) -> Int { count > 0 ? Int(next() % UInt64(count)) : 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
