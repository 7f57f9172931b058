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
      state.parameterCount == parameters.layout.count, (0...stepCount).contains(state.step)
    else { throw .lacks("the state of '\(stage)'") }
    try file.read(Self.parametersName, into: parameters.values.bytes)
    parameters.pack()
    if state.step < stepCount {
      try file.read(Self.firstMomentName, into: optimizer.firstMoment.bytes)
      try file.read(Self.secondMomentName, into: optimizer.secondMoment.bytes)
    } else {
      batches = nil
    }
    step = state.step
    records = state.records
    sum = state.sum
  }
}

extension AlignedBuffer {
  fileprivate var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: pointer, count: count * MemoryLayout<Float>.stride)
  }
}
