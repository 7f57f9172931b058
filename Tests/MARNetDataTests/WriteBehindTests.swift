// SPDX-License-Identifier: Apache-2.0

import MARNetData
import Synchronization
import Testing

@Suite struct WriteBehindTests {
  private struct Broken: Error, Equatable { let block: Int }
  private struct Stopped: Error {}

  private final class Log: Sendable {
    let blocks = Mutex<[Int]>([])
  }

  @Test func writesEverythingInOrder() throws {
    let log = Log()
    try WriteBehind<Int>(write: { block in log.blocks.withLock { $0.append(block) } }).run { put in
      for block in 0..<500 { try put(block) }
    }
    #expect(log.blocks.withLock { $0 } == Array(0..<500))
  }

  @Test func whatIsPutLastIsWritten() throws {
    let log = Log()
    for count in [0, 1, 2] {
      try WriteBehind<Int>(write: { block in log.blocks.withLock { $0.append(block) } }).run {
        put in for block in 0..<count { try put(block) }
      }
    }
    #expect(log.blocks.withLock { $0 } == [0, 0, 1])
  }

  /// A failure of the writer ends the work, and is the error of the whole.
  @Test(arguments: [0, 3, 9]) func aFailureOfTheWriterEndsIt(failing: Int) {
    let made = Mutex(0)
    let error = #expect(throws: Broken.self) {
      try WriteBehind<Int>(write: { if $0 == failing { throw Broken(block: $0) } }).run { put in
        for block in 0..<10 {
          try put(block)
          made.withLock { $0 += 1 }
        }
      }
    }
    #expect(error == Broken(block: failing))
    #expect(made.withLock { $0 } <= failing + 3)
  }

  @Test func aFailureOfTheMakerIsThrownAfterWhatWasPut() {
    let log = Log()
    #expect(throws: Stopped.self) {
      try WriteBehind<Int>(write: { block in log.blocks.withLock { $0.append(block) } }).run {
        put in
        try put(7)
        throw Stopped()
      }
    }
    #expect(log.blocks.withLock { $0 } == [7])
  }
}
