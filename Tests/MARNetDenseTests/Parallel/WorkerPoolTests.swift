// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetDense
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  /// Counts the runs of each task, and the tasks a worker has in hand.
  final class Ledger: Sendable {
    private let runs: [Counter]
    private let inHand: [Counter]
    private let collisions = Counter()

    final class Counter: Sendable {
      let value = Atomic<Int>(0)
    }

    init(tasks: Int, workers: Int) {
      runs = (0..<tasks).map { _ in Counter() }
      inHand = (0..<workers).map { _ in Counter() }
    }

    func run(_ task: Int, _ worker: Int) {
      if inHand[worker].value.add(1, ordering: .relaxed).oldValue != 0 {
        collisions.value.add(1, ordering: .relaxed)
      }
      runs[task].value.add(1, ordering: .relaxed)
      inHand[worker].value.subtract(1, ordering: .relaxed)
    }

    var counts: [Int] { runs.map { $0.value.load(ordering: .relaxed) } }
    var hadCollision: Bool { collisions.value.load(ordering: .relaxed) > 0 }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 17])
  func everyTaskRunsOncePerPhase(threads: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threadCount == threads)
    for count in [0, 1, 2, 3, 7, 64] {
      let ledger = Ledger(tasks: count, workers: threads)
      for phase in 1...200 {
        pool.forEach(count) { task, worker in ledger.run(task, worker) }
        if ledger.counts.contains(where: { $0 != phase }) {
          Issue.record("phase \(phase) of \(count) tasks: \(ledger.counts)")
          return
        }
      }
      #expect(!ledger.hadCollision, "a worker number belongs to one thread at a time")
    }
  }

  /// Workers fall asleep after some microseconds without work, and must wake for the next.
  @Test func sleepingWorkersWake() {
    let pool = WorkerPool(threads: 4)
    let ledger = Ledger(tasks: 16, workers: 4)
    for phase in 1...40 {
      pool.forEach(16) { task, worker in ledger.run(task, worker) }
      #expect(ledger.counts == [Int](repeating: phase, count: 16))
      usleep(phase % 2 == 0 ? 2_000 : 50)
    }
  }

  @Test func whatTasksWriteIsSeenAfterwards() {
    let pool = WorkerPool(threads: 3)
    var values = [Int](repeating: 0, count: 300)
    values.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let out = buffer
      for phase in 1...100 {
        pool.forEach(300) { task, _ in out[task] += task * phase }
        // A phase reads what another thread wrote in the one before.
        pool.forEach(300) { task, _ in out[299 - task] += 1 }
      }
    }
    #expect(values == (0..<300).map { $0 * 5050 + 100 })
  }

  /// Several pools of more threads than processors, all at work at once.
  @Test func manyPoolsAtOnceFinish() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let pool = WorkerPool(threads: 6)
          let ledger = Ledger(tasks: 20, workers: 6)
          for _ in 0..<100 { pool.forEach(20) { task, worker in ledger.run(task, worker) } }
          return ledger.counts.allSatisfy { $0 == 100 }
        }
      }
      for await complete in group { #expect(complete) }
    }
  }

  @Test func poolsEndWithoutHavingWorked() {
    for threads in 1...6 { #expect(WorkerPool(threads: threads).threadCount == threads) }
    #expect(WorkerPool.availableProcessors >= 1)
  }

  @Test func unevenTasksAllFinish() {
    let pool = WorkerPool(threads: 3)
    let ledger = Ledger(tasks: 9, workers: 3)
    for _ in 0..<10 {
      pool.forEach(9) { task, worker in
        if task == 0 { usleep(500) }
        ledger.run(task, worker)
      }
    }
    #expect(ledger.counts == [Int](repeating: 10, count: 9))
  }
}
