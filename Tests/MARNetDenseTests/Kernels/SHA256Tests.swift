// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Testing

/// Answers known from FIPS 180-2, appendix B, and from NIST's example values.
@Suite struct SHA256Tests {
  private func hash(_ bytes: [UInt8], cutEvery size: Int = .max) -> String {
    var hash = SHA256()
    var start = 0
    while start < bytes.count {
      let end = size < bytes.count - start ? start + size : bytes.count
      bytes[start..<end].withUnsafeBytes { hash.update($0) }
      start = end
    }
    return hash.text
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func knownAnswers(text: String, expected: String) {
    #expect(hash(Array(text.utf8)) == expected)
  }

  @Test func aMillionLetters() {
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      hash(letters) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// The last block is filled in another way at every length around a multiple of 64.
  @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 300])
  func cutsDoNotMatter(size: Int) {
    for count in [54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 1_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      #expect(hash(bytes, cutEvery: size) == hash(bytes), "\(count) bytes")
    }
  }

  /// Computed with Python's hashlib over bytes 0, 31, 62, ... modulo 256.
  @Test(arguments: [
    (55, "27d3069ecafb8507f92fa750312a99afe0908525e67b2abe8942b51659945b1b"),
    (56, "3428ab653c0a1ac104ee80fd3bed55135da5556ca4c26da9c781ae56364a6969"),
    (63, "b5ec25bd1c4b7c94c9ea9d235272e43f644f561d7c8c7e58ec5fa9aefe95ef07"),
    (64, "a08f82c23e6c13629d8e33d0d2a13005fb104363eb793b5e8842044951d27764"),
    (65, "c0a0263ae1ab4e9dda9cd2ed6c44b23ee6ff75c90c640185f462fad7f24fcd6f"),
    (120, "e4fce14f6aa99657bdffe9f1da59ce85f0398479e9af7e9de6ccf53e174447ab"),
  ])
  func lengthsAroundABlock(count: Int, expected: String) {
    #expect(hash((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }) == expected)
  }
}
