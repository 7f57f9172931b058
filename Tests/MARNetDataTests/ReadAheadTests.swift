// SPDX-License-Identifier: Apache-2.0

import MARNetData
import Synchronization
import Testing

@Suite struct ReadAheadTests {
  private struct Failure: Error, Equatable { var block: Int }

  /// What a run did: blocks read, blocks alive now and at most, blocks worked on.
  private final class Log: Sendable {
    let reads = Atomic<Int>(0)
    let alive = Atomic<Int>(0)
    let mostAlive = Atomic<Int>(0)
    let consumed = Mutex<[Range<Int>]>([])

    func wait(forReads count: Int) -> Bool {
      let deadline = ContinuousClock.now + .seconds(10)
      while reads.load(ordering: .acquiring) < count {
        if ContinuousClock.now > deadline { return false }
      }
      return true
    }
  }

  /// A block that counts itself.
  private final class Block: Sendable {
    let range: Range<Int>
    let log: Log

    init(_ range: Range<Int>, _ log: Log) {
      self.range = range
      self.log = log
      let alive = log.alive.add(1, ordering: .sequentiallyConsistent).newValue
      _ = log.mostAlive.max(alive, ordering: .relaxed)
    }

    deinit { log.alive.subtract(1, ordering: .sequentiallyConsistent) }
  }

  private static func ranges(_ count: Int) -> [Range<Int>] {
    (0..<count).map { $0 * 10..<$0 * 10 + 10 }
  }

  /// Runs over `count` blocks; the reader fails at block `failing`.
  private func run(
    _ count: Int, failing: Int? = nil, log: Log, consume: (Int) throws -> Void = { _ in }
  ) throws {
    try ReadAhead.forEach(Self.ranges(count)) { range in
      log.reads.add(1, ordering: .releasing)
      if range.lowerBound / 10 == failing { throw Failure(block: range.lowerBound / 10) }
      return Block(range, log)
    } consume: { range, block in
      #expect(block.range == range)
      log.consumed.withLock { $0.append(range) }
      try consume(range.lowerBound / 10)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 50])
  func everyBlockComesOnceAndInOrder(count: Int) throws {
    let log = Log()
    try run(count, log: log)
    #expect(log.consumed.withLock { $0 } == Self.ranges(count))
    #expect(log.reads.load(ordering: .acquiring) == count)
    #expect(log.alive.load(ordering: .acquiring) == 0)
  }

  @Test func theNextBlockIsReadMeanwhileAndNoOtherOne() throws {
    let log = Log()
    try run(20, log: log) { block in
      guard block < 19 else { return }
      #expect(log.wait(forReads: block + 2), "block \(block + 1) is read beside block \(block)")
      // Were the reader not to wait, it would read on at once.
      for _ in 0..<1_000 { #expect(log.reads.load(ordering: .acquiring) == block + 2) }
    }
    #expect(log.mostAlive.load(ordering: .acquiring) == 2)
  }

  @Test(arguments: [0, 1, 7])
  func anErrorOfTheReaderComesInItsPlace(failing: Int) {
    let log = Log()
    #expect(throws: Failure(block: failing)) { try run(8, failing: failing, log: log) }
    #expect(log.consumed.withLock { $0 } == Self.ranges(failing))
    #expect(log.reads.load(ordering: .acquiring) == failing + 1)
    #expect(log.alive.load(ordering: .acquiring) == 0)
  }

  @Test(arguments: [1, 2, 9])
  func aConsumerMayStopEarly(count: Int) {
    for stop in 0..<count {
      let log = Log()
      #expect(throws: Failure(block: 100 + stop)) {
        try run(count, log: log) { if $0 == stop { throw Failure(block: 100 + stop) } }
      }
      #expect(log.consumed.withLock { $0 } == Self.ranges(stop + 1))
      // The thread has ended: nothing is kept, nothing more is read.
      #expect(log.alive.load(ordering: .acquiring) == 0)
      #expect(log.reads.load(ordering: .acquiring) <= min(count, stop + 2))
    }
  }

  @Test func theConsumersErrorComesBeforeALaterOneOfTheReader() {
    let log = Log()
    #expect(throws: Failure(block: 100)) {
      try run(5, failing: 1, log: log) { _ in
        #expect(log.wait(forReads: 2))
        throw Failure(block: 100)
      }
    }
  }

  /// The form without ranges: `count` blocks, then nil; the reader fails at block `failing`.
  private func runUntilNone(
    _ count: Int, failing: Int? = nil, log: Log, consume: (Int) throws -> Void = { _ in }
  ) throws {
    try ReadAhead.forEach { () -> Block? in
      let number = log.reads.add(1, ordering: .releasing).oldValue
      if number == failing { throw Failure(block: number) }
      return number < count ? Block(number..<number + 1, log) : nil
    } consume: { block in
      log.consumed.withLock { $0.append(block.range) }
      try consume(block.range.lowerBound)
    }
  }

  @Test(arguments: [0, 1, 2, 50])
  func blocksUntilThereIsNone(count: Int) throws {
    let log = Log()
    try runUntilNone(count, log: log) { block in
      #expect(log.wait(forReads: block + 2), "the next block is read beside block \(block)")
    }
    #expect(log.consumed.withLock { $0 } == (0..<count).map { $0..<$0 + 1 })
    #expect(log.reads.load(ordering: .acquiring) == count + 1)
    #expect(log.alive.load(ordering: .acquiring) == 0)
    #expect(log.mostAlive.load(ordering: .acquiring) <= 2)
  }

  @Test func errorsOfBlocksUntilThereIsNone() {
    let log = Log()
    #expect(throws: Failure(block: 3)) { try runUntilNone(9, failing: 3, log: log) }
    #expect(log.consumed.withLock { $0.count } == 3)
    let other = Log()
    #expect(throws: Failure(block: 101)) {
      try runUntilNone(9, log: other) { if $0 == 1 { throw Failure(block: 101) } }
    }
    #expect(other.reads.load(ordering: .acquiring) <= 3)
    #expect(other.alive.load(ordering: .acquiring) == 0)
  }
}
