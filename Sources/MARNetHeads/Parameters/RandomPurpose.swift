// SPDX-License-Identifier: Apache-2.0

/// What a random number is for: the high byte of its tag. One purpose, one number;
/// a number once released keeps its meaning, or trained models stop repeating.
package enum RandomPurpose {
  package static let initial: UInt8 = 1
  package static let batches: UInt8 = 2
  package static let split: UInt8 = 3
  package static let folds: UInt8 = 4
  package static let timestep: UInt8 = 5
  package static let forwardNoise: UInt8 = 6
  package static let pureNoise: UInt8 = 7
  package static let visualDropout: UInt8 = 16
  package static let textDropout: UInt8 = 17
  package static let alignedDropout: UInt8 = 18
  package static let hiddenDropout: [UInt8] = [19, 20, 21]
  package static let reconstructionDropout: UInt8 = 22
  package static let fusionAlignedDropout: UInt8 = 23
  package static let fusionReconstructionDropout: UInt8 = 24
  package static let alignedTextDropout: UInt8 = 25
  package static let featureNoise: UInt8 = 26
  package static let featureNoiseSize: UInt8 = 27
  /// Of alignment losses: random projections, hard negatives.
  package static let slicedProjection: UInt8 = 28
  package static let hardNegative: UInt8 = 29
  /// Neighbouring rows that are read together.
  package static let slabs: UInt8 = 30
  package static let scoringNoise: UInt8 = 32
  package static let reverseStepNoise: UInt8 = 33
  /// Of studies: visual noise at test, which labels, texts and rows a regime takes away.
  package static let testNoise: UInt8 = 34
  package static let regimeLabels: UInt8 = 35
  package static let regimeTexts: UInt8 = 36
  package static let regimeRows: UInt8 = 37
  package static let trials: UInt8 = 38
  /// Of reports: the start of an embedding in the plane.
  package static let embedding: UInt8 = 39
  /// Inside a block of the match loss: self-attention, cross-attention, hidden layer, output.
  package static let matchDropout: [UInt8] = [40, 41, 42, 43]
}
