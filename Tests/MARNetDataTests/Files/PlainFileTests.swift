// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNetData
import Testing

/// Files that are read whole: plain, bounded, and in their folder.
@Suite struct PlainFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ name: String, within: String? = nil, most: Int = 10) -> PlainFile.Refusal?
  {
    #expect(throws: PlainFile.Refusal.self) {
      _ = try PlainFile(folder.file(name), within: within).contents(most: most)
    }
  }

  @Test func readsUpToTheLimit() throws {
    try write(Array("0123456789".utf8), to: folder.file("a"))
    #expect(try PlainFile(folder.file("a")).contents(most: 10) == Array("0123456789".utf8))
    #expect(refusal("a", most: 9) == .tooLarge(byteCount: 10, most: 9))
  }

  /// Opening a pipe would wait for ever.
  @Test(.timeLimit(.minutes(1))) func refusesWhatIsNoPlainFile() throws {
    mkfifo(folder.file("pipe"), 0o644)
    mkdir(folder.file("folder"), 0o755)
    #expect(refusal("pipe") == .notPlain)
    #expect(refusal("folder") == .notPlain)
    #expect(refusal("none") == .notFound)
  }

  @Test func linksLeadNowhereElse() throws {
    mkdir(folder.file("m"), 0o755)
    try write([1], to: folder.file("outside"))
    try write([2], to: folder.file("m/inside"))
    symlink("../outside", folder.file("m/out"))
    symlink("inside", folder.file("m/in"))
    symlink("m", folder.file("again"))
    #expect(refusal("m/out", within: folder.file("m")) == .outsideFolder)
    #expect(try PlainFile(folder.file("m/in"), within: folder.file("m")).contents(most: 1) == [2])
    #expect(
      try PlainFile(folder.file("again/in"), within: folder.file("again")).contents(most: 1) == [2])
  }

  @Test func boundsOfJSON() {
    func objection(_ text: String) -> String? { JSONLimits.objection(to: Array(text.utf8)) }
    let nest = { (depth: Int) in
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(objection(nest(32)) == nil)
    #expect(objection(nest(33)) == "it is nested more than 32 deep")
    #expect(objection(#"{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[": 1}"#) == nil)
    let many = "[" + String(repeating: "1,", count: JSONLimits.mostValues) + "1]"
    #expect(objection(many) == "it holds more than 500,000 values")
  }
}
