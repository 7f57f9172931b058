// SPDX-License-Identifier: Apache-2.0

/// A fixed-size block of Float32 on a 64-byte boundary, freed with its last owner.
///
/// Cache-line alignment keeps vector loads whole and gives two workers that
/// write neighbouring blocks no line in common. Large blocks come from the system
/// in huge pages where it has them (see `PageMapping`).
///
/// The class is `@unchecked Sendable`: whoever shares it between workers gives
/// each of them a disjoint range, or only reads.
package final class AlignedBuffer: @unchecked Sendable {
  package static let alignment = 64
  package let count: Int
  package let pointer: UnsafeMutablePointer<Float>
  /// The pages of a large block; nil for a small one, which the allocator owns.
  private let pages: PageMapping?

  /// - Parameter zeroed: false leaves the contents undefined, for callers that
  ///   write every element.
  package init(count: Int, zeroed: Bool = true) {
    precondition(count >= 0, "a buffer needs a count of 0 or more; got \(count)")
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    if byteCount >= PageMapping.smallestByteCount {
      let pages = PageMapping(byteCount: byteCount)
      self.pages = pages
      // New pages are zero: the system clears them when they are first touched.
      pointer = pages.start.bindMemory(to: Float.self, capacity: count)
      return
    }
    pages = nil
    let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: Self.alignment)
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    if zeroed { pointer.initialize(repeating: 0, count: count) }
  }

  package func copy() -> AlignedBuffer {
    let copy = AlignedBuffer(count: count, zeroed: false)
    copy.pointer.update(from: pointer, count: count)
    return copy
  }

  deinit {
    if let pages { pages.unmap() } else { UnsafeMutableRawPointer(pointer).deallocate() }
  }
}
