// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct ParameterTests {
  @Test func slotsStandOnCacheLinesInOrder() {
    var layout = ParameterLayout()
    let first = layout.addMatrix("first", rows: 3, columns: 7, bound: 0.5)
    let second = layout.addVector("second", count: 16, bound: 0.5)
    let third = layout.addVector("third", count: 1, bound: 0.5)
    #expect([first.offset, second.offset, third.offset] == [0, 32, 48])
    #expect(layout.count == 64)
    #expect(layout.slot(named: "second") == second)
    #expect(layout.slot(named: "fourth") == nil)
    #expect(!first.isVector && second.isVector)
  }

  @Test func initialValuesAreKeyedByNameAndBounded() throws {
    let networks = Networks(batchSize: 2)
    let joint = try networks.joint().parameters
    // Elsewhere in its block, with other layers before it, a layer starts the same.
    for alone in [
      networks.alignment().parameters, try networks.reconstruction().parameters,
    ] {
      for slot in alone.layout.slots {
        let same = try #require(joint.layout.slot(named: slot.name))
        #expect(alone[slot].matrix() == joint[same].matrix(), "\(slot.name)")
      }
    }
    for slot in joint.layout.slots {
      let values = joint[slot].matrix().values
      #expect(values.allSatisfy { abs($0) < slot.initialBound }, "\(slot.name)")
      #expect(Set(values).count > values.count / 2)
    }
    let input = try #require(joint.layout.slot(named: "denoiser.input.weight"))
    let condition = try #require(joint.layout.slot(named: "denoiser.condition.weight"))
    // Two parts of one layer share its fan-in, 7 + 6 + 9.
    #expect(input.initialBound == 1 / Float(22).squareRoot())
    #expect(condition.initialBound == input.initialBound)
  }

  @Test func copiesTakeWhatBothHave() throws {
    let networks = Networks(batchSize: 2)
    let source = try networks.joint().parameters
    var layout = ParameterLayout()
    let shared = layout.addMatrix("alignment.visual.weight", rows: 12, columns: 9, bound: 0)
    let own = layout.addVector("own", count: 3, bound: 0)
    let target = ParameterBlock(layout: layout)
    target.copyValues(from: source)
    let original = try #require(source.layout.slot(named: shared.name))
    #expect(target[shared].matrix() == source[original].matrix())
    #expect(target[own].matrix().values == [0, 0, 0])
  }

  @Test func rowBlocksCoverEveryRowOnce() {
    for count in [0, 1, 63, 64, 65, 128, 300, 511, 512, 513, 1000, 4096, 5001] {
      let blocks = RowBlocks(rowCount: count)
      var next = 0
      for block in 0..<blocks.count {
        let range = blocks.range(block)
        #expect(range.lowerBound == next && !range.isEmpty)
        next = range.upperBound
      }
      #expect(next == count)
    }
  }

  @Test func lossTermsAddUp() {
    var terms = LossTerms()
    terms.alignmentClassification = 1
    terms.alignment = 2
    terms.reconstructionClassification = 3
    terms.reconstruction = 4
    terms.fusionClassification = 5
    #expect(terms.total == 15)
    var sum = terms
    sum += terms
    #expect(sum.total == 30 && sum.divided(by: 2) == terms)
    #expect(terms.firstNonFinite == nil)
    terms.reconstruction = .nan
    terms.fusionClassification = .infinity
    #expect(terms.firstNonFinite == "reconstruction error")
  }
}
