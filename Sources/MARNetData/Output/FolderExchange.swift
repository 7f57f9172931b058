// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Exchanges two folders in one step, where the system can.
package enum FolderExchange {
  /// Whether `first` and `second` have changed places; false leaves both as they are.
  package static func exchange(_ first: String, _ second: String) -> Bool {
    #if os(Linux)
      // Swift's modules of the C library leave renameat2 out; it is there since glibc 2.28.
      typealias Rename =
        @convention(c) (
          CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt
        ) -> CInt
      guard let symbol = dlsym(nil, "renameat2") else { return false }
      let exchanges: CUnsignedInt = 2
      let rename = unsafeBitCast(symbol, to: Rename.self)
      return rename(AT_FDCWD, first, AT_FDCWD, second, exchanges) == 0
    #else
      return renamex_np(first, second, UInt32(RENAME_SWAP)) == 0
    #endif
  }
}
