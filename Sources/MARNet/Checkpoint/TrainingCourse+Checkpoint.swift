// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// How far a course has come: with its arrays, all that the rest of it depends on. Batches, noise
/// and dropout are keyed by the step, so that nothing else has to be kept.
package struct CourseState: Codable {
  package var stage: String
  package var stepCount: Int
  package var step: Int
  package var records: [EpochRecord]
  /// Loss terms of the epoch that has begun.
  package var sum: LossTerms
  package var parameterCount: Int
}

extension TrainingCourse {
  private static let parametersName = "parameters"
  private static let firstMomentName = "first_moment"
  private static let secondMomentName = "second_moment"

  /// Writes the state as it stands between two steps; a finished course keeps no moments.
  ///
  /// - Throws: `DataError.cannotWrite`.
  package func save(to path: String) throws {
    let state = CourseState(
      stage: stage, stepCount: stepCount, step: step, records: records, sum: sum,
      parameterCount: network.parameters.layout.count)
    var buffers = [(Self.parametersName, network.parameters.values)]
    if !isFinished {
      buffers += [
        (Self.firstMomentName, optimizer.firstMoment),
        (Self.secondMomentName, optimizer.secondMoment),
      ]
    }
    try CheckpointFile.write(
      state, buffers.map { (name: $0, array: .floats($1)) }, to: path)
  }

  /// Goes on from a state that `save` wrote.
  ///
  /// - Throws: `CheckpointFile.Malformed` when the state is none of this course.
  package func restore(
    _ state: CourseState, from file: CheckpointFile
  ) throws(CheckpointFile.Malformed) {
    let parameters = network.parameters
    guard state.stage == stage, state.stepCount == stepCount,
      state.parameterCount == parameters.layout.count, (0...stepCount).contains(state.step),
      state.records.count == epochsEnded(after: state.step), state.sum.total.isFinite
    else { throw .lacks("the state of '\(stage)'") }
    try file.readFinite(Self.parametersName, into: parameters.values)
    parameters.pack()
    if state.step < stepCount {
      try file.readFinite(Self.firstMomentName, into: optimizer.firstMoment)
      try file.readFinite(Self.secondMomentName, into: optimizer.secondMoment, from: 0)
    } else {
      batches = nil
    }
    step = state.step
    records = state.records
    sum = state.sum
  }

  private func epochsEnded(after step: Int) -> Int {
    step == stepCount ? epochCount : step / stepsPerEpoch
  }
}

extension CheckpointFile {
  /// Fills `target` with finite numbers, none below `least`.
  fileprivate func readFinite(
    _ name: String, into target: AlignedBuffer, from least: Float = -.infinity
  ) throws(Malformed) {
    let values = UnsafeMutableBufferPointer(start: target.pointer, count: target.count)
    try read(name, into: UnsafeMutableRawBufferPointer(values))
    guard values.allSatisfy({ $0.isFinite && $0 >= least }) else { throw .impossible(name) }
  }
}
