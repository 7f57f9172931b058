// SPDX-License-Identifier: Apache-2.0

import MARNet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Texts that callers read: each thread's last failure, as a C string that lives until the thread's
/// next call, and the version.
enum CallText {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()
  private nonisolated(unsafe) static let none = UnsafePointer(strdup(""))
  /// The library's version; never freed.
  nonisolated(unsafe) static let version = UnsafePointer(strdup(ToolVersion.current))

  /// "" where the last call did not fail.
  static var text: UnsafePointer<CChar>? {
    pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) } ?? none
  }

  /// Runs a call and turns what it throws into its status and this thread's text.
  static func answering(_ call: () throws -> Void) -> Int32 {
    do {
      try call()
      set(nil)
      return 0
    } catch let error as ArgumentError {
      set(error.message)
      return 64
    } catch {
      let failure = Failure(error)
      set(failure.message)
      return failure.exitStatus
    }
  }

  private static func set(_ message: String?) {
    free(pthread_getspecific(key))
    pthread_setspecific(key, message.flatMap { strdup($0) })
  }
}
