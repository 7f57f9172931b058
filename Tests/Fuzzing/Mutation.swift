// SPDX-License-Identifier: Apache-2.0

/// Makes an input that a stranger might have damaged or made to harm.
struct Mutation {
  var bytes: [UInt8]
  var random: FuzzRandom
  let corpus: [[UInt8]]

  /// Values at which arithmetic goes wrong.
  private static let edges: [UInt64] = [
    0, 1, 2, 7, 8, 127, 128, 255, 256, 65_535, 65_536, 1 << 20, 1 << 31 - 1, 1 << 31, 1 << 32 - 1,
    1 << 32, 1 << 40, 1 << 50, 1 << 61, 1 << 62, 1 << 63 - 1, 1 << 63, UInt64.max - 1, UInt64.max,
  ]
  private static let numbers = [
    "-1", "0", "1e999", "-1e999", "1e308", "1e-320", "0.5", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "18446744073709551616", "4294967296",
    "2147483648", "65537", "null", "true", "\"\"", "[]", "{}", "NaN", "Infinity", "01", "+1", "1.",
    "\"\\ud800\"", "[[1]]",
  ]
  /// What precedes structures of HDF5.
  private static let signatures = ["OHDR", "OCHK", "TREE", "SNOD", "HEAP", "GCOL", "FRHP", "BTHD"]
    .map { Array($0.utf8) }

  /// Case `number` of `subject`.
  init(of subject: Subject, corpus: [[UInt8]], seed: UInt64, number: Int) {
    self.corpus = corpus
    random = FuzzRandom(seed: seed, parser: subject.name, caseNumber: number)
    bytes = corpus[random.below(corpus.count)]
    switch subject.form {
    case .checkpoint: changeCheckpoint()
    case .scores where random.below(2) == 0: ScoreFileChange.make(in: &bytes, &random)
    default:
      // Mostly one change: of several, the first that is noticed hides the others.
      for _ in 0...random.below(1 + random.below(4)) {
        if subject.form == .text && random.below(4) > 0 { changeText() } else { changeBytes() }
      }
    }
  }

  mutating func changeBytes() {
    switch random.below(12) {
    case 0, 1, 2:
      guard !bytes.isEmpty else { return }
      bytes[place()] ^= 1 << UInt8(random.below(8))
    case 3, 4: put(random.pick(Self.edges), width: 1)
    case 5, 6, 7: put(random.pick(Self.edges), width: random.pick([2, 4, 8]))
    case 8: put(UInt64(bytes.count + random.below(17)), width: random.pick([4, 8]))
    case 9: bytes.removeLast(random.below(bytes.count))
    case 10: copyWithin()
    default: splice()
    }
  }

  /// Somewhere; half of the time close behind a signature, where there is one.
  private mutating func place() -> Int {
    let anywhere = random.below(bytes.count)
    guard random.below(2) == 0 else { return anywhere }
    let signature = random.pick(Self.signatures)
    let limit = bytes.count - signature.count
    guard anywhere < limit else { return anywhere }
    for at in anywhere..<limit where bytes[at] == signature[0] {
      if bytes[at..<at + signature.count].elementsEqual(signature) {
        return min(bytes.count - 1, at + random.below(96))
      }
    }
    return anywhere
  }

  private mutating func put(_ value: UInt64, width: Int) {
    guard bytes.count >= width else { return }
    let at = min(place(), bytes.count - width)
    for index in 0..<width { bytes[at + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  /// Copies a stretch to another place, over what is there or between.
  private mutating func copyWithin() {
    guard !bytes.isEmpty else { return }
    let from = random.below(bytes.count)
    let stretch = Array(bytes[from..<min(bytes.count, from + 1 + random.below(256))])
    let at = random.below(bytes.count)
    let end = random.below(2) == 0 ? at : min(bytes.count, at + stretch.count)
    bytes.replaceSubrange(at..<end, with: stretch)
  }

  /// The head of this and the tail of another input.
  private mutating func splice() {
    let other = random.pick(corpus)
    let at = random.below(min(bytes.count, other.count))
    bytes = Array(bytes[..<at]) + other[at...]
  }

  mutating func changeText() {
    switch random.below(8) {
    case 0, 1, 2: replaceNumber()
    case 3:
      let depth = 1 + random.below(4) * random.below(400)
      let open = random.pick(["[", "{\"a\":"])
      insert(Array(String(repeating: open, count: depth).utf8))
    case 4: insert(Array((random.pick(Self.numbers) + random.pick([",", ":", "}", "\n"])).utf8))
    case 5:
      guard !bytes.isEmpty else { return }
      let from = random.below(bytes.count)
      bytes.removeSubrange(from..<min(bytes.count, from + 1 + random.below(12)))
    case 6: insert([UInt8](repeating: UInt8(random.below(256)), count: 1 + random.below(5_000)))
    default: copyWithin()
    }
  }

  private mutating func insert(_ text: [UInt8]) {
    bytes.insert(contentsOf: text, at: random.below(bytes.count + 1))
  }

  /// Puts something else in the place of a number.
  private mutating func replaceNumber() {
    let start = random.below(bytes.count)
    let isNumber = { (byte: UInt8) in (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E }
    guard let first = bytes[start...].firstIndex(where: isNumber) else { return }
    let end = bytes[first...].firstIndex { !isNumber($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: Array(random.pick(Self.numbers).utf8))
  }
}
