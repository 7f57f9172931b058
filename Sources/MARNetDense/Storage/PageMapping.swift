// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory taken from the system page by page, zero at first, on a huge page's boundary.
///
/// The first touch of a page of 4 KiB costs more than filling it: reading 200 MB into such
/// pages spends two thirds of the time in page faults. In huge pages, which Linux gives to
/// those who ask, the faults are 512 times fewer.
struct PageMapping {
  /// Blocks below this are better served by the allocator, which uses their pages again.
  static let smallestByteCount = 8 << 20
  private static let hugePage = 2 << 20

  /// The first byte; a multiple of 2 MiB.
  let start: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Maps `byteCount` bytes, rounded up to huge pages.
  ///
  /// - Precondition: the system has that much memory, as for any allocation in Swift.
  init(byteCount: Int) {
    let size = (byteCount + Self.hugePage - 1) / Self.hugePage * Self.hugePage
    let flags = MAP_PRIVATE | Int32(MAP_ANON)
    let whole = mmap(nil, size + Self.hugePage, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let whole, whole != MAP_FAILED else {
      preconditionFailure("out of memory: \(byteCount) bytes are needed")
    }
    // The system aligns to its own pages; what lies around the aligned part goes back.
    let before = (Self.hugePage - Int(bitPattern: whole) % Self.hugePage) % Self.hugePage
    start = whole + before
    self.byteCount = size
    if before > 0 { munmap(whole, before) }
    if before < Self.hugePage { munmap(start + size, Self.hugePage - before) }
    #if os(Linux)
      madvise(start, size, MADV_HUGEPAGE)
    #endif
  }

  /// Gives the pages back; nothing may use them any more.
  func unmap() { munmap(start, byteCount) }
}
