// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed set of threads that run one phase of numbered tasks at a time.
///
/// Tasks are cut by the problem, never by the number of threads, and each writes
/// its own output: any thread count gives the same bits. The calling thread works
/// too, so a pool of one starts no thread.
///
/// Between phases a worker spins for a few microseconds (a training step has some
/// eight phases), then sleeps, so that a busy machine is not burdened.
package final class WorkerPool: Sendable {
  package let threadCount: Int
  private let shared: Shared
  private let threads: [JoinableThread]

  /// - Parameter threads: workers including the calling thread; 1 or more.
  package init(threads count: Int) {
    precondition(count >= 1, "a worker pool needs 1 thread or more; got \(count)")
    threadCount = count
    let shared = Shared()
    self.shared = shared
    // A thread that cannot be had is one worker fewer; the result is the same.
    threads = (1..<count).compactMap { worker in
      JoinableThread { shared.serve(worker: worker) }
    }
    shared.workerCount.store(threads.count, ordering: .releasing)
  }

  deinit {
    shared.publish(stopping: true)
    for thread in threads { thread.join() }
  }

  /// Processors this process may run on.
  package static var availableProcessors: Int { Int(marnet_available_processors()) }

  /// Runs `body(task, worker)` for every task in `0..<count` and returns when all are done.
  ///
  /// - Parameter body: called on several threads at once; `worker` is below
  ///   `threadCount` and names the thread, for scratch memory of its own.
  /// - Precondition: not called from inside a task.
  package func forEach(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    if threads.isEmpty || count <= 1 {
      for task in 0..<count { body(task, 0) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { pointer in
        shared.start(pointer, count: count)
        shared.work(worker: 0)
        shared.waitForWorkers()
      }
    }
  }

  /// What the threads share; the atomics order every access to the plain fields.
  private final class Shared: @unchecked Sendable {
    let workerCount = Atomic<Int>(0)
    private let generation = Atomic<UInt64>(0)
    private let nextTask = Atomic<Int>(0)
    private let finishedWorkers = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private var body: UnsafePointer<(Int, Int) -> Void>?
    private var taskCount = 0
    private var stopping = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }

    deinit {
      pthread_cond_destroy(condition)
      pthread_mutex_destroy(mutex)
      condition.deallocate()
      mutex.deallocate()
    }

    func start(_ body: UnsafePointer<(Int, Int) -> Void>, count: Int) {
      self.body = body
      taskCount = count
      nextTask.store(0, ordering: .relaxed)
      finishedWorkers.store(0, ordering: .relaxed)
      publish(stopping: false)
    }

    func publish(stopping: Bool) {
      self.stopping = stopping
      generation.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
      }
    }

    func work(worker: Int) {
      guard let body else { return }
      while true {
        let task = nextTask.add(1, ordering: .relaxed).oldValue
        if task >= taskCount { return }
        body.pointee(task, worker)
      }
    }

    func waitForWorkers() {
      let needed = workerCount.load(ordering: .acquiring)
      var spins = 0
      while finishedWorkers.load(ordering: .acquiring) < needed {
        spins += 1
        if spins > 2_000 { sched_yield() } else { marnet_spin_hint() }
      }
    }

    func serve(worker: Int) {
      var seen: UInt64 = 0
      while true {
        awaitGeneration(after: seen)
        // A worker takes part in every phase, so that generations never overlap.
        seen += 1
        if stopping { return }
        work(worker: worker)
        finishedWorkers.add(1, ordering: .releasing)
      }
    }

    private func awaitGeneration(after seen: UInt64) {
      // The next phase of a step usually follows within microseconds.
      for _ in 0..<2_000 {
        if generation.load(ordering: .acquiring) > seen { return }
        marnet_spin_hint()
      }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .sequentiallyConsistent) <= seen {
        pthread_cond_wait(condition, mutex)
      }
      pthread_mutex_unlock(mutex)
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
    }
  }
}
