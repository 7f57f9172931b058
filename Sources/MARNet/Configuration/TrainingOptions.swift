// SPDX-License-Identifier: Apache-2.0

/// Steps, optimizer and dropout.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// What is trained together.
  public enum Scheme: String, Codable, Sendable, CaseIterable {
    /// Both modules and three heads, one loss, one optimizer.
    case joint
    /// Alignment, then reconstruction, then a fusion classifier on their frozen outputs.
    case staged
  }

  /// Joint or staged.
  public var scheme = Scheme.joint
  /// Rows a step; all rows when there are fewer.
  public var batchSize = 128
  /// Passes over the rows. Nil chooses by size: `automaticEpochs`, but no fewer steps than
  /// `minimumSteps` and no more than `maximumSteps`, unless those would be less than
  /// `minimumEpochs` passes.
  public var epochs: Int?
  /// Passes aimed at when `epochs` is nil.
  public var automaticEpochs = 40
  /// Fewest steps when `epochs` is nil.
  public var minimumSteps = 600
  /// Most steps when `epochs` is nil, as long as they make `minimumEpochs` passes.
  public var maximumSteps = 800
  /// Fewest passes when `epochs` is nil, however many rows there are.
  public var minimumEpochs = 8
  /// Steps of the fusion classifier in staged training.
  public var fusionSteps = 400
  /// Peak learning rate of AdamW.
  public var learningRate = 1e-3
  /// Decoupled weight decay, on matrices only.
  public var weightDecay = 1.0
  /// Fraction of the steps over which the learning rate rises linearly; a cosine to 0 follows.
  public var warmup = 0.05
  /// Largest global norm of a gradient.
  public var clipNorm = 1.0
  /// Dropout on features, hidden activations and head inputs.
  public var dropout = 0.2
  /// How much the rows of each class count.
  public var classWeights = ClassWeights.none
  /// Largest standard deviation of Gaussian noise added to standardised images in training,
  /// against visual noise at test; each row's is drawn uniformly from 0 to this.
  public var featureNoise = 0.0
  /// Rows among which batches are drawn at random. Nil: all rows where they take at most
  /// 384 MiB as stored, else as many as take 128 MiB.
  public var shuffleRows: Int?
  /// Neighbouring rows that are read together where not all are shuffled. Nil: 256 KiB of them,
  /// in whole chunks of the file.
  public var slabRows: Int?
  /// Parts of the training rows, of neighbours each, that are shuffled on their own and fill equal
  /// shares of every batch. Nil: as many as there are ranks.
  public var parts: Int?
  /// Type of the operands of matrix products.
  public var precision = ProductPrecision.auto

  /// The defaults.
  public init() {}

  /// Steps of passes of `stepsPerEpoch` each.
  package func stepCount(stepsPerEpoch: Int) -> Int {
    if let epochs { return epochs * stepsPerEpoch }
    let clamped = min(maximumSteps, max(minimumSteps, automaticEpochs * stepsPerEpoch))
    return max(clamped, minimumEpochs * stepsPerEpoch)
  }
}
