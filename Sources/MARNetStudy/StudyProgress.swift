// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// How far a study has come.
public struct StudyUpdate: Sendable {
  /// What is being done, in plain words.
  public var stage: String
  /// Of all work, 0 to 1.
  public var fraction: Double
  /// At the speed so far; nil before anything can be said.
  public var secondsLeft: Double?
}

/// Receives progress on the thread that runs the study; false stops it.
public typealias StudyProgressHandler = (StudyUpdate) -> Bool

/// Where a study stands in its work, told to its handler. Every span of work has a share of
/// the whole, guessed beforehand: good enough to say how long is left.
final class StudyProgress {
  private let handler: StudyProgressHandler
  private let start = ContinuousClock.now
  /// What an earlier, interrupted run had done.
  private let startFraction: Double
  /// Parts of a span that follow each other, each from 0 to 1, must not go back.
  private var highest: Double
  private var from = 0.0
  private var to = 0.0
  private var prefix = ""

  init(startFraction: Double, handler: @escaping StudyProgressHandler) {
    self.startFraction = startFraction
    highest = startFraction
    self.handler = handler
  }

  /// The work that follows reaches from `from` to `to` of the whole.
  func begin(_ prefix: String, from: Double, to: Double) {
    self.prefix = prefix
    self.from = from
    self.to = to
  }

  /// Called in the midst of work whose length is not known.
  ///
  /// - Throws: `FitError.cancelled`.
  func checkpoint() throws {
    try reach(0, stage: "linear models")
  }

  /// Says that a share of the span is done.
  ///
  /// - Throws: `FitError.cancelled`.
  func reach(_ share: Double, stage: String) throws {
    guard report(stage, share: share) else { throw FitError.cancelled }
  }

  /// Trains side by side and reports.
  ///
  /// - Parameter part: of the span that this training takes.
  func cohort(
    _ stage: String, part: ClosedRange<Double> = 0...1, pool: WorkerPool
  ) -> NetworkCohort {
    NetworkCohort(pool: pool) { done, total in
      let share = Double(done) / Double(max(total, 1))
      return self.report(
        stage, share: part.lowerBound + share * (part.upperBound - part.lowerBound))
    }
  }

  private func report(_ stage: String, share: Double) -> Bool {
    let fraction = max(highest, from + share * (to - from))
    highest = fraction
    let elapsed = (ContinuousClock.now - start).inSeconds
    let done = fraction - startFraction
    return handler(
      StudyUpdate(
        stage: "\(prefix): \(stage)", fraction: fraction,
        secondsLeft: done > 0.01 ? elapsed * (1 - fraction) / done : nil))
  }
}
