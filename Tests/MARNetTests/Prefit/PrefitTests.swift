// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct PrefitTests {
  /// Rows whose class shows clearly in the text and faintly in the image.
  private struct Rows {
    let visual: Matrix
    let text: Matrix
    let labels: [Int32]

    init(count: Int, classes: Int, visualSignal: Float = 0.6, textSignal: Float = 3) {
      labels = (0..<count).map { Int32($0 % classes) }
      var visual = Seeded.normal(count, 9, seed: 11)
      var text = Seeded.normal(count, 5, seed: 12)
      for row in 0..<count {
        visual[row, Int(labels[row])] += visualSignal
        text[row, Int(labels[row]) % 5] += textSignal
      }
      self.visual = visual
      self.text = text
    }

    func prepared(_ labels: [Int32]? = nil, hasText: Bool = true) -> PreparedRows {
      PreparedRows(
        visual: visual, text: text,
        hasText: [Bool](repeating: hasText, count: self.labels.count),
        labels: labels ?? self.labels, classCount: 4)
    }

    func prefit(threads: Int = 1, hidden: Int = 0, gate: TeacherOptions.Gate = .automatic) throws
      -> Prefit
    {
      var options = PrefitOptions()
      options.teacher.gate = gate
      let labels = self.labels.enumerated().map { $0 < hidden ? -1 : $1 }
      return try Prefit.fit(
        prepared(labels), usesText: true, options: options, key: RandomKey(seed: 5),
        pool: WorkerPool(threads: threads), checkpoint: {})
    }
  }

  @Test func informativeTextOpensTheGate() throws {
    let prefit = try Rows(count: 240, classes: 4).prefit()
    let nll = try #require(prefit.nll)
    #expect(nll.text < nll.image)
    #expect(nll.teacher <= min(nll.text, nll.image))
    #expect(prefit.gate == 1)
    #expect(prefit.textExponent > 0)
  }

  @Test func weakTextShutsTheGate() throws {
    let rows = Rows(count: 240, classes: 4, visualSignal: 3, textSignal: 0)
    let gates = [
      try rows.prefit().gate, try rows.prefit(gate: .open).gate,
      try Rows(count: 240, classes: 4).prefit(gate: .closed).gate,
    ]
    #expect(gates == [0, 1, 0])
  }

  @Test func threadsDoNotMatter() throws {
    let rows = Rows(count: 130, classes: 4)
    let (one, three) = (try rows.prefit(threads: 1), try rows.prefit(threads: 3))
    #expect(one.imageProbe.weights == three.imageProbe.weights)
    #expect(one.textProbe?.bias == three.textProbe?.bias)
    let teachers = [one, three].map { prefit in
      SoftTargets(
        labels: rows.labels, hasText: rows.labels.map { _ in true }, classCount: 4,
        prefit: prefit, teacherWeight: 1)
    }
    let tables = try teachers.map { try $0.matrix(rows.prepared(), pool: WorkerPool(threads: 2)) }
    #expect(tables[0] == tables[1])
  }

  /// Out-of-fold predictions of noise know nothing: fitted ones would look certain.
  @Test func judgesOutOfFold() throws {
    let rows = Rows(count: 80, classes: 4, visualSignal: 0, textSignal: 0)
    let nll = try #require(try rows.prefit().nll)
    #expect(nll.image > 1.2 && nll.text > 1.2)
  }

  @Test func unlabelledRowsGetTheTeacherAsTarget() throws {
    let rows = Rows(count: 240, classes: 4)
    let prefit = try rows.prefit(hidden: 100)
    let labels = rows.labels.enumerated().map { $0 < 100 ? -1 : $1 }
    var hasText = [Bool](repeating: true, count: 240)
    hasText[0] = false
    hasText[200] = false
    let soft = SoftTargets(
      labels: labels, hasText: hasText, classCount: 4, prefit: prefit, teacherWeight: 0.3)
    let prepared = PreparedRows(
      visual: rows.visual, text: rows.text, hasText: hasText, labels: labels, classCount: 4)
    let targets = try soft.matrix(prepared, pool: WorkerPool(threads: 2))
    // With a weight of 1 and no labels the targets are the teacher itself.
    let unlabelled = [Int32](repeating: -1, count: 240)
    let teacher = try SoftTargets(
      labels: unlabelled, hasText: hasText.map { _ in true }, classCount: 4, prefit: prefit,
      teacherWeight: 1
    ).matrix(prepared, pool: WorkerPool(threads: 1))
    #expect(soft.weights[0] == 0 && soft.weights[1] == 1 && soft.weights[150] == 1)
    #expect(targets.row(1) == teacher.row(1))
    let label = Int(rows.labels[150])
    #expect(abs(targets[150, label] - (0.7 + 0.3 * teacher[150, label])) < 1e-6)
    #expect(targets[200, Int(rows.labels[200])] == 1, "labelled, without text: one-hot")
    let sums = (1..<240).map { targets.row($0).reduce(0, +) }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func aCheckpointEndsIt() {
    struct Stop: Error {}
    let rows = Rows(count: 60, classes: 4)
    #expect(throws: Stop.self) {
      try Prefit.fit(
        rows.prepared(), usesText: true, options: PrefitOptions(), key: RandomKey(seed: 1),
        pool: WorkerPool(threads: 2), checkpoint: { throw Stop() })
    }
  }

  @Test func withoutUsableTextThereIsNoTeacher() throws {
    let rows = Rows(count: 60, classes: 4)
    let prefit = try Prefit.fit(
      rows.prepared(hasText: false), usesText: true, options: PrefitOptions(),
      key: RandomKey(seed: 1),
      pool: WorkerPool(threads: 1), checkpoint: {})
    #expect(prefit.teacher == nil && prefit.nll == nil)
    #expect(prefit.gate == 0 && prefit.textExponent == 0)
  }

  /// Equally good pairs: the first one stays, image in the outer loop.
  @Test func theSearchKeepsTheEarlierPair() {
    let flat = Matrix(rowCount: 4, columnCount: 2, repeating: -0.693_147)
    let search = TeacherSearch(image: flat, text: flat, labels: [0, 1, 0, 1])
    let best = search.run(exponents: [0, 0.5, 1], pool: WorkerPool(threads: 1))
    #expect(best.image == 0 && best.text == 0)
  }

  /// More rows than a block: sums and choice are the same bits for any thread count.
  @Test func theSearchDoesNotDependOnThreads() {
    let count = 1_000
    let image = Seeded.normal(count, 7, seed: 31)
    let text = Seeded.normal(count, 7, seed: 32)
    let labels = (0..<count).map { Int32($0 % 7) }
    let search = TeacherSearch(
      image: image, text: text, labels: labels)
    let pools = [1, 2, 3].map { WorkerPool(threads: $0) }
    let sums = pools.map { search.nll([(0.25, 0.5), (0, 1), (1, 0)], pool: $0) }
    #expect(sums[1] == sums[0] && sums[2] == sums[0])
    // The mean of −log q over the rows, in Double.
    let mean = (0..<count).reduce(0.0) { total, row in
      let joined = (0..<7).map { 0.25 * Double(image[row, $0]) + 0.5 * Double(text[row, $0]) }
      return total + log(joined.reduce(0) { $0 + exp($1) }) - joined[Int(labels[row])]
    }
    #expect(abs(mean / Double(count) - sums[0][0]) < 1e-6)
  }

  /// Weights 1 and 3 are rows once and three times.
  @Test func theSearchCountsRowsByTheirClasses() {
    let image = Seeded.normal(50, 2, seed: 31)
    let text = Seeded.normal(50, 2, seed: 32)
    let labels = (0..<50).map { Int32($0 % 7 == 0 ? 1 : 0) }
    let repeated = (0..<50).flatMap { [Int](repeating: $0, count: labels[$0] == 1 ? 3 : 1) }
    let pool = WorkerPool(threads: 1)
    let weighted = TeacherSearch(
      image: image, text: text, labels: labels, classWeights: ClassWeightTable([1, 3]))
    let plain = TeacherSearch(
      image: image.rows(at: repeated), text: text.rows(at: repeated),
      labels: repeated.map { labels[$0] })
    let pairs = [(image: 0.5, text: 1.0), (image: 1.0, text: 0.0)]
    for (one, other) in zip(weighted.nll(pairs, pool: pool), plain.nll(pairs, pool: pool)) {
      #expect(abs(one - other) < 1e-9)
    }
  }

  /// Labelled rows count as their class; rows that the teacher teaches as 1 / Σ q / w; others
  /// not at all.
  @Test func rowsOfATrainingCountByTheirClasses() throws {
    let matrix = Matrix(rowCount: 3, columnCount: 2)
    let rows = PreparedRows(
      visual: matrix, text: matrix, hasText: [true, true, false], labels: [1, -1, -1],
      classCount: 2
    ).weighted(by: ClassWeightTable([0.5, 4]))
    let training = TrainingRows(
      rows, targets: .table(Matrix(rowCount: 3, columnCount: 2)), weights: [1, 1, 0])
    #expect(training.weight(of: 0, target: [0.7, 0.3]) == 4)
    #expect(abs(training.weight(of: 1, target: [0.25, 0.75]) - 1 / (0.5 + 0.1875)) < 1e-6)
    #expect(training.weight(of: 1, target: [1, 0]) == 0.5)
    #expect(training.weight(of: 2, target: [0, 0]) == 0)
    let plain = TrainingRows(
      rows.weighted(by: nil), targets: training.targets, weights: [1, 1, 0])
    #expect((0..<3).map { plain.weight(of: $0, target: [1, 0]) } == [1, 1, 0])
  }
}
