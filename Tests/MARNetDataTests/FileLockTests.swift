// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNetData
import Testing

@Suite struct FileLockTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func keepsOthersOutUntilItIsGone() throws {
    let path = folder.file("lock")
    var lock: FileLock? = try FileLock(path: path, shownAs: "model")
    let error = #expect(throws: DataError.self) { try FileLock(path: path, shownAs: "model") }
    #expect(
      error?.description.contains("another run is writing it") == true)
    withExtendedLifetime(lock) {}
    lock = nil
    _ = try FileLock(path: path, shownAs: "model")
  }

  /// A file that its holder removed is not what others lock.
  @Test func theFileMayBeRemoved() throws {
    let path = folder.file("lock")
    let first = try FileLock(path: path, shownAs: "model")
    first.removeFile()
    let second = try FileLock(path: path, shownAs: "model")
    #expect(throws: DataError.self) { try FileLock(path: path, shownAs: "model") }
    withExtendedLifetime((first, second)) {}
  }

  @Test func aFolderThatIsMissing() {
    let error = #expect(throws: DataError.self) {
      try FileLock(path: folder.file("none/lock"), shownAs: "model")
    }
    #expect(error?.description.contains("No such file or directory") == true)
  }
}
