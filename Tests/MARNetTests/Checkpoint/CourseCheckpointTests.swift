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
}
