// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Batches at the edge of what alignment losses are defined on.
@Suite struct AlignmentPropertyTests {
  @Test(arguments: ClassLoss.allCases) func fewPairs(kind: ClassLoss) {
    let all = AlignmentCase.random(2, width: 5, classes: 4)
    #expect(evaluate(kind.loss, all.pairs(at: [])).isZero, "no pair")
    for labels in [[Int32(-1)], [2]] {
      var one = all.pairs(at: [1])
      one.labels = labels
      #expect(evaluate(kind.loss, one).isFinite, "one pair, labels \(labels)")
    }
    #expect(evaluate(kind.loss, all).isFinite, "two pairs")
  }

  /// Pairs without a label: the discrepancies of classes are those of the others, and 0 where
  /// there are none.
  @Test(arguments: [ClassLoss.ssan, .ssanDetached, .cdd])
  func unlabelledPairsTakeNoPart(kind: ClassLoss) {
    var input = AlignmentCase.random(70, width: 5, classes: 4)
    let labelled = input.labels.indices.filter { input.labels[$0] >= 0 }
    let (all, some) = (evaluate(kind.loss, input), evaluate(kind.loss, input.pairs(at: labelled)))
    #expect(all.value == some.value)
    for (found, expected) in zip(all.gradients, some.gradients) {
      #expect(found.rows(at: labelled) == expected)
    }
    for row in input.labels.indices where input.labels[row] < 0 {
      #expect(all.gradients.allSatisfy { $0.row(row).allSatisfy { $0 == 0 } }, "row \(row)")
    }
    input.labels = input.labels.map { _ in -1 }
    #expect(evaluate(kind.loss, input).isZero)
  }

  /// Without labels, SDM is the matching of pairs: as if each were a class of its own.
  @Test func anUnlabelledPairMatchesItself() {
    var input = AlignmentCase.random(9, width: 5, classes: 11)
    input.labels = (0..<9).map { Int32($0) }
    let distinct = evaluate(DistributionMatching(), input)
    input.labels = [3, -1, -1, 5, -1, -1, -1, 0, -1]
    #expect(evaluate(DistributionMatching(), input) == distinct)
  }

  @Test(arguments: ClassLoss.allCases) func oneClass(kind: ClassLoss) {
    var input = AlignmentCase.random(9, width: 5, classes: 4)
    input.labels = input.labels.map { _ in 2 }
    #expect(evaluate(kind.loss, input).isFinite)
  }

  /// One class: attraction alone, at least 0 and 0 for rows that agree.
  @Test func oneClassHasNoRepulsion() {
    var input = AlignmentCase.random(9, width: 5, classes: 4)
    input.labels = input.labels.map { _ in 2 }
    #expect(evaluate(ContrastiveDomainDiscrepancy(), input).value > 0.1)
    (input.text, input.textLogits) = (input.visual, input.visualLogits)
    let agreeing = evaluate(ContrastiveDomainDiscrepancy(), input)
    #expect(abs(agreeing.value) < 1e-5)
    #expect(agreeing.gradients.allSatisfy { $0.values.allSatisfy { abs($0) < 1e-5 } })
  }

  /// A batch of one class asks for equal similarities, no more: rows that have them are at
  /// rest, whatever the class.
  @Test func aBatchOfOneClassHasNoSignal() {
    var input = AlignmentCase.random(7, width: 3, classes: 4)
    let same = Matrix(rows: [[Float]](repeating: [1, 2, 3], count: 7))
    (input.visual, input.text) = (same, same)
    input.labels = input.labels.map { _ in 1 }
    let found = evaluate(DistributionMatching(), input)
    #expect(abs(found.value) < 1e-5)
    #expect(found.gradients.allSatisfy { $0.values.allSatisfy { abs($0) < 1e-5 } })
    input.labels = [0, 1, 2, 0, 1, 2, 0]
    #expect(evaluate(DistributionMatching(), input).value > 1, "classes ask for more")
  }

  @Test(arguments: ClassLoss.allCases, [Float(0), 1, 1e4])
  func equalAndZeroRows(kind: ClassLoss, size: Float) {
    var input = AlignmentCase.random(70, width: 5, classes: 4)
    let (rows, logits) = (
      Matrix(rowCount: 70, columnCount: 5, repeating: size),
      Matrix(rowCount: 70, columnCount: 4, repeating: size)
    )
    (input.visual, input.text) = (rows, rows)
    (input.visualLogits, input.textLogits) = (logits, logits)
    #expect(evaluate(kind.loss, input).isFinite)
    input.text = Seeded.normal(70, 5, seed: 8)
    input.textLogits = Seeded.normal(70, 4, seed: 9)
    #expect(evaluate(kind.loss, input).isFinite)
  }

  @Test(arguments: ClassLoss.allCases) func extremeLogitsAreFinite(kind: ClassLoss) {
    var input = AlignmentCase.random(6, width: 3, classes: 4)
    for row in 0..<6 { (input.visualLogits[row, row % 4], input.textLogits[row, 0]) = (300, -300) }
    #expect(evaluate(kind.loss, input).isFinite)
  }

  /// Modalities with the same rows in another order have no sliced distance; equal values keep
  /// the order of their rows.
  @Test func theSlicedDistanceIgnoresPairing() {
    var input = AlignmentCase.random(40, width: 3, classes: 4)
    for row in 20..<40 {
      for c in 0..<4 { input.visualLogits[row, c] = input.visualLogits[row - 20, c] }
    }
    let order = Array((0..<40).reversed())
    input.textLogits = input.visualLogits.rows(at: order)
    let found = evaluate(SlicedWasserstein(), input)
    #expect(found.value < 1e-12)
    #expect(found.gradients.allSatisfy { $0.values.allSatisfy { abs($0) < 1e-7 } })
  }

  /// Rows of equal logits meet texts in the order of rows, whatever the order of texts.
  @Test func tiesDoNotDependOnTheTexts() {
    var input = AlignmentCase.random(2, width: 3, classes: 2)
    input.visualLogits = Matrix(rows: [[0, 0], [0, 0]])
    input.textLogits = Matrix(rows: [[0, 1], [0, 3]])
    let first = evaluate(SlicedWasserstein(), input)
    #expect(first == evaluate(SlicedWasserstein(), input, threads: 1))
    #expect(first.visualLogits.row(0) != first.visualLogits.row(1))
    input.textLogits = Matrix(rows: [[0, 3], [0, 1]])
    #expect(evaluate(SlicedWasserstein(), input).visualLogits == first.visualLogits)
  }

  @Test func directionsAreThoseOfTheStep() {
    var input = AlignmentCase.random(9, width: 3, classes: 4)
    let first = evaluate(SlicedWasserstein(), input)
    input.step += 1
    let next = evaluate(SlicedWasserstein(), input)
    #expect(first.value != next.value && abs(first.value / next.value - 1) < 0.5)
    #expect(evaluate(SlicedWasserstein(), input, key: RandomKey(seed: 10)) != next)
  }

  @Test(arguments: ClassLoss.allCases, [9, 130, 300])
  func theNumberOfThreadsChangesNoBit(kind: ClassLoss, count: Int) {
    let input = AlignmentCase.random(count, width: 20, classes: 11)
    let reference = evaluate(kind.loss, input, threads: 1)
    for threads in [2, 3] { #expect(evaluate(kind.loss, input, threads: threads) == reference) }
  }

  /// Memory made for more pairs serves fewer, whatever it held before.
  @Test(arguments: ClassLoss.allCases) func memoryServesFewerPairs(kind: ClassLoss) {
    let all = AlignmentCase.random(80, width: 5, classes: 11)
    let run = AlignmentRun(kind.loss, all.shape)
    for count in [80, 7, 0, 66, 1, 12] {
      let some = all.pairs(at: Array(0..<count))
      #expect(run(some) == evaluate(kind.loss, some), "\(count) pairs")
    }
  }

  /// What the network does beside the loss: text classification, logits, weight of images.
  @Test func whatTheNetworkIsAskedFor() {
    func asked(_ loss: any AlignmentLoss) -> [Float] {
      [loss.classifiesText ? 1 : 0, loss.readsLogits ? 1 : 0, loss.classificationWeight]
    }
    #expect(asked(SlicedWasserstein()) == [1, 1, 1])
    #expect(asked(SimultaneousSemanticAlignment()) == [1, 1, 0.9])
    #expect(asked(ContrastiveDomainDiscrepancy()) == [0, 1, 1])
    #expect(asked(DistributionMatching()) == [1, 0, 1])
  }

  @Test func temperaturesAndWidthsAreAboveZero() async {
    await #expect(processExitsWith: .failure) { print(DistributionMatching(temperature: 0)) }
    await #expect(processExitsWith: .failure) {
      print(ContrastiveDomainDiscrepancy(fixedWidth: 0))
    }
  }
}
