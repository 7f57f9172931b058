// SPDX-License-Identifier: Apache-2.0

/// The ascending order of up to a number of floats, equal ones in the order of their places:
/// a radix sort of keys that hold value and place, without an allocation.
///
/// `@unchecked Sendable`: one worker sorts with it at a time.
package final class RowOrder: @unchecked Sendable {
  /// `[2, n]`, keys and where the next pass puts them.
  private let memory: UnsafeMutablePointer<UInt64>
  /// `[4, 256]`, of each byte how many keys have each value; then where they go.
  private let counts: UnsafeMutablePointer<Int32>
  private let capacity: Int
  private static let digits = 4

  package init(capacity: Int) {
    self.capacity = capacity
    memory = .allocate(capacity: max(2 * capacity, 1))
    memory.initialize(repeating: 0, count: max(2 * capacity, 1))
    counts = .allocate(capacity: Self.digits << 8)
    counts.initialize(repeating: 0, count: Self.digits << 8)
  }

  deinit {
    memory.deallocate()
    counts.deallocate()
  }

  /// The order of `values` `[count]`; valid until the next call, while this lives.
  package func sort(_ values: UnsafePointer<Float>, count: Int) -> Sorted {
    precondition(count <= capacity, "\(count) values in memory for \(capacity)")
    var (keys, spare) = (memory, memory + capacity)
    counts.update(repeating: 0, count: Self.digits << 8)
    for place in 0..<count {
      let key = Self.key(values[place])
      keys[place] = UInt64(key) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
      for digit in 0..<Self.digits { counts[digit << 8 | Int(key >> UInt32(8 * digit) & 255)] += 1 }
    }
    for digit in 0..<Self.digits where count > 0 {
      let table = counts + digit << 8
      let shift = UInt64(32 + 8 * digit)
      // Keys that agree in a byte keep their order.
      if Int(table[Int(keys[0] >> shift & 255)]) == count { continue }
      var place: Int32 = 0
      for value in 0..<256 {
        let size = table[value]
        table[value] = place
        place &+= size
      }
      for index in 0..<count {
        let value = Int(keys[index] >> shift & 255)
        spare[Int(table[value])] = keys[index]
        table[value] &+= 1
      }
      swap(&keys, &spare)
    }
    return Sorted(keys: keys)
  }

  /// Ascending values with their places.
  package struct Sorted {
    fileprivate let keys: UnsafeMutablePointer<UInt64>

    @inline(__always)
    package func place(_ rank: Int) -> Int { Int(keys[rank] & 0xFFFF_FFFF) }

    @inline(__always)
    package func value(_ rank: Int) -> Float { RowOrder.value(UInt32(keys[rank] >> 32)) }
  }

  /// An integer that orders as the float does.
  @inline(__always)
  private static func key(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return bits ^ (bits >> 31 == 1 ? 0xFFFF_FFFF : 0x8000_0000)
  }

  @inline(__always)
  fileprivate static func value(_ key: UInt32) -> Float {
    Float(bitPattern: key ^ (key >> 31 == 1 ? 0x8000_0000 : 0xFFFF_FFFF))
  }
}
