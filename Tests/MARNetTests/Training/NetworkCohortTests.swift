// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Networks trained side by side are those that are trained alone.
@Suite struct NetworkCohortTests {
  private let key = RandomKey(seed: 8)

  /// What came of a network: its records, and its parameters bit by bit.
  private struct Outcome: Equatable {
    var records: [EpochRecord]
    var parameters: [UInt32]
  }

  private struct Planned {
    let course: TrainingCourse
    let parameters: () -> ParameterBlock

    var outcome: Outcome {
      let values = parameters().values
      return Outcome(
        records: course.records,
        parameters: (0..<values.count).map { values.pointer[$0].bitPattern })
    }
  }

  private let rows: PreparedRows
  private let dimensions: HeadDimensions

  init() throws {
    let data = try PreparedData(
      rows: try SmallFit.features(labelled: 0.6).pairedRows(.train), validation: nil,
      pool: WorkerPool(threads: 1))
    rows = data.rows
    dimensions = data.dimensions(SmallFit.configuration())
  }

  private func configuration(_ preset: Configuration.Preset = .plugin) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    // Nineteen steps of three an epoch: neither ends with a round of eight.
    configuration.training.minimumSteps = 19
    configuration.training.maximumSteps = 19
    configuration.training.batchSize = 90
    return configuration
  }

  private func training(
    _ preset: Configuration.Preset = .plugin, _ pool: WorkerPool,
    change: (inout Configuration) -> Void = { _ in }
  ) throws -> HeadTraining {
    var configuration = configuration(preset)
    change(&configuration)
    return try HeadTraining(
      configuration: configuration, dimensions: dimensions, pool: pool, purpose: "")
  }

  /// A joint network, alignment of two methods, an image-only network of another length, and
  /// reconstruction.
  private func networks(_ pool: WorkerPool) throws -> [Planned] {
    let hard = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    let joint = try training(.plugin, pool).joint(
      on: hard, gate: 1, usesText: true, stage: "joint", key: key)
    let heads = try training(.paper, pool).stagedHeads()
    let cdr = try training(.paper, pool).reconstruction(
      on: hard, into: heads, diffuses: true, stage: "cdr", key: key)
    func alignment(
      _ weight: Double, _ change: (inout Configuration) -> Void
    ) throws -> Planned {
      let planned = try training(.plugin, pool, change: change).alignment(
        on: hard, weight: weight, stage: "alignment", key: key)
      return Planned(course: planned.course) { planned.product.parameters }
    }
    return [
      Planned(course: joint.course) { joint.product.parameters },
      try alignment(1) { _ in }, try alignment(0.3) { $0.alignment.method = .cdd },
      try alignment(0) {
        $0.training.maximumSteps = 41; $0.training.minimumSteps = 41
      },
      Planned(course: cdr.course) { cdr.product.parameters },
    ]
  }

  private func alone(_ planned: [Planned], _ pool: WorkerPool) throws -> [Outcome] {
    try planned.map { planned in
      while !planned.course.isFinished { try planned.course.advance(1, pool: pool) }
      return planned.outcome
    }
  }

  private func together(_ planned: [Planned], _ pool: WorkerPool) throws -> [Outcome] {
    #expect(
      try NetworkCohort(pool: pool) { _, _ in true }.train(planned.map(\.course)).isEmpty)
    return planned.map(\.outcome)
  }

  @Test func neighboursChangeNoBit() throws {
    let one = WorkerPool(threads: 1)
    let reference = try alone(networks(one), one)
    #expect(reference.map(\.records.count) == [7, 7, 7, 14, 7])
    for threads in [1, 2, 3, 7] {
      let pool = WorkerPool(threads: threads)
      #expect(try together(networks(pool), pool) == reference, "\(threads) threads")
    }
    let pool = WorkerPool(threads: 3)
    #expect(try together([networks(pool)[0]], pool) == [reference[0]], "one network")
  }

  /// Fusion classifiers of three operators on the same frozen branches, sampled each epoch.
  private func fusions(_ pool: WorkerPool) throws -> [Planned] {
    let hard = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    let heads = try training(.paper, pool).stagedHeads()
    let first = try training(.paper, pool).alignment(
      on: hard, weight: 1, into: heads, stage: "alignment", key: key)
    while !first.course.isFinished { try first.course.advance(8, pool: pool) }
    _ = first.product
    let second = try training(.paper, pool).reconstruction(
      on: hard, into: heads, diffuses: true, stage: "cdr", key: key)
    while !second.course.isFinished { try second.course.advance(8, pool: pool) }
    _ = second.product
    let labelled = rows.labelledRows
    let frozen = FrozenBranches(
      heads, visual: try rows.visualMatrix(at: labelled, pool: pool),
      sampling: configuration(.paper).sampling,
      key: key, pool: pool)
    return try [FusionOptions.Operator.concatenation, .harmonic, .sum].map { one in
      let training = try training(.paper, pool) {
        $0.fusion.fusionOperator = one
        $0.training.fusionSteps = 11
      }
      let own = try training.stagedHeads()
      own.takeBranches(from: heads)
      let planned = training.fusion(
        of: frozen, labels: labelled.map { rows.labels[$0] }, into: own, stage: "fusion", key: key)
      return Planned(course: planned.course) { planned.product.parameters }
    }
  }

  @Test func fusionsShareTheirBranches() throws {
    let one = WorkerPool(threads: 1)
    // Frozen branches of their own for each.
    let reference = try (0..<3).map { try alone([fusions(one)[$0]], one)[0] }
    #expect(Set(reference.map(\.parameters.count)).count > 1)
    #expect(reference.allSatisfy { $0.records.count > 2 })
    for threads in [1, 2, 3] {
      let pool = WorkerPool(threads: threads)
      #expect(try together(fusions(pool), pool) == reference, "\(threads) threads")
    }
  }

  /// The branches that a classifier takes over are those it was trained on.
  @Test func branchesAreTakenOverAndNoClassifier() throws {
    let pool = WorkerPool(threads: 1)
    let heads = try training(.paper, pool).stagedHeads()
    for slot in heads.parameters.layout.slots {
      for index in 0..<slot.count { heads.parameters[slot].pointer[index] = 1 }
    }
    for kind in FusionOptions.Operator.allCases {
      let own = try training(.paper, pool) { $0.fusion.fusionOperator = kind }.stagedHeads()
      own.takeBranches(from: heads)
      for slot in own.parameters.layout.slots {
        let isClassifier =
          slot.name.hasPrefix("fusion.classifier") || slot.name.hasPrefix("fusion.projection")
        let values = (0..<slot.count).map { own.parameters[slot].pointer[$0] }
        #expect(values.allSatisfy { $0 == (isClassifier ? 0 : 1) }, "\(kind), \(slot.name)")
      }
    }
  }

  /// One network of not a number stops; the others are what they are without it.
  @Test(arguments: [1, 2]) func aDivergingNetworkStopsAlone(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let reference = try alone(networks(pool), pool)
    var planned = try networks(pool)
    let hard = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    var targets = try SoftTargets(
      labels: rows.labels, hasText: rows.hasText, classCount: rows.classCount, prefit: nil,
      teacherWeight: 0
    ).matrix(rows, pool: pool)
    // One row of the first epoch.
    targets[rows.labelledRows[0], 0] = .nan
    let broken = TrainingRows(rows, targets: .table(targets), weights: hard.weights)
    let course = try training(.plugin, pool).alignment(
      on: broken, weight: 0, stage: "broken", key: key
    ).course
    let courses = [planned[0].course, course] + planned.dropFirst().map(\.course)
    let failures = try NetworkCohort(pool: pool) { _, _ in true }.train(courses)
    #expect(failures.keys.sorted() == [1])
    guard case .diverged(let stage, _, let step, _) = failures[1] else {
      Issue.record("\(String(describing: failures[1]))")
      return
    }
    #expect(stage == "broken")
    #expect(step == course.step + 1 && !course.isFinished)
    #expect(planned.map(\.outcome) == reference)
    planned.removeAll()
  }

  @Test func progressCountsAllStepsAndCancels() throws {
    let pool = WorkerPool(threads: 2)
    var seen: [(done: Int, total: Int)] = []
    _ = try NetworkCohort(pool: pool) {
      seen.append(($0, $1))
      return true
    }.train(networks(pool).map(\.course))
    #expect(seen.last?.done == 4 * 19 + 41)
    #expect(seen.allSatisfy { $0.total == 4 * 19 + 41 })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done < $1.done })
    var rounds = 0
    #expect(throws: FitError.cancelled) {
      try NetworkCohort(pool: pool) { _, _ in
        rounds += 1
        return rounds < 2
      }.train(networks(pool).map(\.course))
    }
    #expect(rounds == 2)
  }
}
