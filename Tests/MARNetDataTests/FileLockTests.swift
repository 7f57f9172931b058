// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNetData
import Testing

/// Locks of open files, which other programs of the same parent must not inherit.
@Suite struct FileLockTests {
  /// Descriptors of this process that lead to `path`.
  private func descriptors(of path: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
  func programsThatAreStartedDoNotInheritFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("f.h5")
    try SyntheticFeatures(SyntheticParameters()).write(to: path)
    let file = try FeatureFile(path: path)
    let found = descriptors(of: path)
    #expect(found.count == 1)
    for descriptor in found { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
    withExtendedLifetime(file) {}
  }

  /// A lock that is given up while the file is being opened is waited for.
  @Test func aMomentaryLockIsWaitedFor() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("f.h5")
    try SyntheticFeatures(SyntheticParameters()).write(to: path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(flock(descriptor, LOCK_EX) == 0)
    let release = Thread {
      usleep(50_000)
      close(descriptor)
    }
    release.start()
    #expect(throws: Never.self) { try FeatureFile(path: path) }
  }
}
