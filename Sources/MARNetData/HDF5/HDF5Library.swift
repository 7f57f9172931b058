// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The one owner of the HDF5 library: every call into it is made under this lock.
///
/// HDF5 is thread-safe only when it was built so, and then call by call; what
/// belongs together (a call and its error message, a selection and its read) is
/// kept together here. While the lock is held HDF5 prints nothing: the setting of
/// a host program that uses HDF5 as well is put back afterwards.
package enum HDF5Library {
  private static let lock = RecursiveLock()

  /// Runs `body` as the only user of HDF5; may be nested.
  package static func synchronized<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    guard lock.depth == 1 else { return try body() }
    var printer: H5E_auto2_t?
    var printerData: UnsafeMutableRawPointer?
    H5open()
    H5Eget_auto2(chdf5_error_stack(), &printer, &printerData)
    H5Eset_auto2(chdf5_error_stack(), nil, nil)
    defer { H5Eset_auto2(chdf5_error_stack(), printer, printerData) }
    return try body()
  }

  /// Keeps HDF5 from closing, at the end of the process, files that it could not write: it
  /// crashes on them. For programs that close their files themselves; before any other call.
  package static func leaveFilesAtExit() { H5dont_atexit() }

  /// The version of the library in use, such as "1.10.8".
  package static var version: String {
    synchronized {
      var major: UInt32 = 0
      var minor: UInt32 = 0
      var release: UInt32 = 0
      H5get_libversion(&major, &minor, &release)
      return "\(major).\(minor).\(release)"
    }
  }

  /// The most specific message of the last failed call on this thread.
  static var innermostMessage: String {
    var message = "no message"
    withUnsafeMutablePointer(to: &message) { target in
      _ = H5Ewalk2(
        chdf5_error_stack(), H5E_WALK_UPWARD,
        { position, entry, target in
          guard position == 0, let target, let text = entry?.pointee.desc else { return 0 }
          target.assumingMemoryBound(to: String.self).pointee = String(cString: text)
          return 0
        }, target)
    }
    return message
  }

  /// The identifier that a call returned, or the error that its failure means.
  @discardableResult
  static func check<Value: SignedInteger>(
    _ value: Value, _ action: String, at location: DataLocation
  ) throws(DataError) -> Value {
    guard value < 0 else { return value }
    throw failure(action, at: location)
  }
}
