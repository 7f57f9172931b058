// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// A fitted contender: image rows in, log-probabilities out.
protocol Predictor {
  /// Numbers that scoring reads.
  var parameterCount: Int { get }
  /// `[N, C]`, natural logarithms.
  func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix
}

/// Logistic regression on x_v.
struct ProbePredictor: Predictor {
  let probe: Probe

  var parameterCount: Int { probe.weights.rowCount * (probe.weights.columnCount + 1) }

  func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix {
    probe.logProbabilities(of: rows.visual, pool: pool)
  }
}

/// Projector and classifier: an alignment method, or an image-only MLP.
struct HeadPredictor: Predictor {
  let head: ImageOnlyHead
  let dimensions: HeadDimensions

  var parameterCount: Int { head.parameters.layout.scoringParameterCount }

  func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix {
    ImageOnlyScorer(
      head: head, alignedWidth: dimensions.aligned, classCount: dimensions.classes, pool: pool
    ).logProbabilities(of: rows)
  }
}

/// All heads of MARNet, or the reconstruction head alone.
struct NetworkPredictor: Predictor {
  let heads: TrainedHeads
  let sampling: HeadScorer.Sampling
  var onlyReconstruction = false

  var parameterCount: Int {
    let layout = heads.parameters.layout
    guard onlyReconstruction else { return layout.scoringParameterCount }
    return layout.count(where: {
      $0.hasPrefix("denoiser.") || $0.hasPrefix("reconstruction.")
    })
  }

  func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix {
    let branches = BlockScorer(heads, sampling: sampling, pool: pool).score(rows)
    return onlyReconstruction ? branches.reconstruction : branches.network
  }
}

/// The mean log-probability of several predictors.
struct EnsemblePredictor: Predictor {
  let parts: [any Predictor]

  var parameterCount: Int { parts.reduce(0) { $0 + $1.parameterCount } }

  func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix {
    LogProbabilities.mean(of: parts.map { $0.logProbabilities(of: rows, pool: pool) })
  }
}

extension ParameterLayout {
  /// All but what only training reads.
  var scoringParameterCount: Int {
    count(where: { !$0.hasPrefix("alignment.text.") && !$0.hasPrefix("team.") })
  }

  func count(where isWanted: (String) -> Bool) -> Int {
    slots.filter { isWanted($0.name) }.reduce(0) { $0 + $1.count }
  }
}
