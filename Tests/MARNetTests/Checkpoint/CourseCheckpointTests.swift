// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetDense
import MARNetHeads
import Testing

import MARNet

/// A course that goes on in the middle of an epoch makes the steps of one that was never stopped.
@Suite struct CourseCheckpointTests {
  private let folder: TemporaryFolder
  private let pool = WorkerPool(threads: 2)

  init() throws { folder = try TemporaryFolder() }

  private func training(isResident: Bool) throws -> PlannedTraining<TrainedHeads> {
    var configuration = SmallFit.configuration()
    configuration.training.batchSize = 24
    configuration.training.minimumSteps = 40
    configuration.training.maximumSteps = 40
    configuration.training.shuffleRows = 90
    configuration.training.slabRows = 9
    let path = folder.file("f.h5")
    try SmallFit.features(labelled: 0.7).write(to: path)
    let source = try FeatureFile(path: path).pairedSource(.train)
    let data = try PreparedData(
      isResident ? source.resident() : source, validation: nil, pool: pool)
    let prefit = try data.rows.prefit(
      configuration, key: RandomKey(seed: 1), pool: pool, checkpoint: {})
    return try HeadTraining(
      configuration: configuration, dimensions: data.dimensions(configuration), pool: pool,
      purpose: ""
    ).joint(
      on: data.rows.trainingRows(teacher: prefit, weight: 0.5, pool: pool), gate: 1,
      usesText: true, stage: "joint", key: RandomKey(seed: 2))
  }

  private func values(_ training: PlannedTraining<TrainedHeads>) -> [Float] {
    let values = training.product.parameters.values
    return Array(UnsafeBufferPointer(start: values.pointer, count: values.count))
  }

  @Test(arguments: [true, false], [1, 4, 12, 13, 17, 26, 39, 40])
  func goesOnAnywhere(isResident: Bool, steps: Int) throws {
    let whole = try training(isResident: isResident)
    while !whole.course.isFinished { try whole.course.advance(100, pool: pool) }
    let first = try training(isResident: isResident)
    while first.course.step < steps {
      try first.course.advance(steps - first.course.step, pool: pool)
    }
    let path = folder.file("c.bin")
    try first.course.save(to: path)
    let second = try training(isResident: isResident)
    let file = try CheckpointFile(path: path)
    try second.course.restore(try file.description(CourseState.self), from: file)
    #expect(second.course.step == steps)
    while !second.course.isFinished { try second.course.advance(3, pool: pool) }
    #expect(second.course.records == whole.course.records)
    #expect(values(second) == values(whole))
  }

  @Test func stateOfAnotherCourse() throws {
    let course = try training(isResident: true).course
    let path = folder.file("c.bin")
    try course.save(to: path)
    let file = try CheckpointFile(path: path)
    var state = try file.description(CourseState.self)
    state.stepCount += 1
    #expect(throws: CheckpointFile.Malformed.lacks("the state of 'joint'")) {
      try course.restore(state, from: file)
    }
  }

  /// Numbers that no training comes to, under a right checksum.
  @Test(arguments: [
    ("parameters", Float.nan), ("first_moment", .infinity), ("second_moment", -1),
  ])
  func impossibleNumbers(name: String, value: Float) throws {
    let course = try training(isResident: true).course
    try course.advance(3, pool: pool)
    let path = folder.file("c.bin")
    try course.save(to: path)
    let whole = try CheckpointFile(path: path)
    let state = try whole.description(CourseState.self)
    let arrays = try ["parameters", "first_moment", "second_moment"].map { part in
      var values = try whole.values(part, count: state.parameterCount, of: Float.self)
      if part == name { values[7] = value }
      return (
        name: part,
        array: CheckpointFile.Array.bytes(values.withUnsafeBytes { [UInt8]($0) })
      )
    }
    try CheckpointFile.write(state, arrays, to: path)
    #expect(throws: CheckpointFile.Malformed.impossible(name)) {
      try course.restore(state, from: CheckpointFile(path: path))
    }
  }

  /// As many records as epochs have ended.
  @Test func recordsOfOtherEpochs() throws {
    let course = try training(isResident: true).course
    while course.step < 30 { try course.advance(30 - course.step, pool: pool) }
    let path = folder.file("c.bin")
    try course.save(to: path)
    let file = try CheckpointFile(path: path)
    var state = try file.description(CourseState.self)
    state.records.removeLast()
    #expect(throws: CheckpointFile.Malformed.lacks("the state of 'joint'")) {
      try course.restore(state, from: file)
    }
  }
}
