// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// The stages of the preset `paper`, of which its ablation takes one after the other: alignment
/// (+ EMA), the denoiser's network without diffusion (+ MLP), reconstruction (+ CDR), and a
/// fusion classifier for each operator on the same frozen outputs.
struct AblationStages {
  /// Networks that wait for nothing.
  private(set) var trainees: [SeedRun.Trainee] = []
  private let run: SeedRun
  private let heads: TrainedHeads
  private let kinds: [FusionKind]
  private let paperKind: FusionKind

  init(_ run: SeedRun) throws {
    self.run = run
    let paper = run.paper
    let paperKind = FusionKind(paper.fusion)
    self.paperKind = paperKind
    let training = try run.training(paper)
    heads = try training.stagedHeads()
    let wantsPaper = run.wants(Contender.paper)
    kinds = FusionKind.all.filter {
      run.wants($0.id) || (wantsPaper && $0 == paperKind)
    }
    let rows = try run.rows.trainingRows(teacher: nil, weight: 0, pool: run.pool)
    let (sampling, heads) = (run.sampling(paper), heads)
    if run.wants(Contender.ema) || !kinds.isEmpty {
      trainees.append(
        SeedRun.Trainee(
          Contender.ema,
          training.alignment(
            on: rows, weight: paper.alignment.weight, into: heads, stage: Contender.ema,
            key: run.key)
        ) { HeadPredictor(head: $0, dimensions: training.dimensions) })
    }
    if run.wants(Contender.cdr) || !kinds.isEmpty {
      trainees.append(
        SeedRun.Trainee(
          Contender.cdr,
          training.reconstruction(
            on: rows, into: heads, diffuses: true, stage: Contender.cdr, key: run.key)
        ) { NetworkPredictor(heads: $0, sampling: sampling, onlyReconstruction: true) })
    }
    if run.wants(Contender.mlpDenoiser) {
      let still = HeadScorer.Sampling(sampler: .noiseless, draws: 1, seed: run.data.seed)
      trainees.append(
        SeedRun.Trainee(
          Contender.mlpDenoiser,
          training.reconstruction(
            on: rows, into: try training.stagedHeads(), diffuses: false,
            stage: Contender.mlpDenoiser, key: run.key)
        ) { NetworkPredictor(heads: $0, sampling: still, onlyReconstruction: true) })
    }
  }

  /// A classifier for each operator, once alignment and reconstruction stand.
  func fusions(after fitted: inout SeedRun.Fitted) throws -> [SeedRun.Trainee] {
    guard !kinds.isEmpty else { return [] }
    if let failed = [Contender.ema, Contender.cdr].first(where: { fitted.failures[$0] != nil }) {
      for kind in kinds { fitted.failures[kind.id] = "its stage '\(failed)' diverged" }
      fitted.failures[Contender.paper] = "its stage '\(failed)' diverged"
      return []
    }
    let rows = try run.rows.trainingRows(teacher: nil, weight: 0, pool: run.pool)
    let labelled = try run.training(run.paper).fusionRows(of: rows, key: run.key)
    let frozen = FrozenBranches(
      heads, visual: try run.rows.visualMatrix(at: labelled, pool: run.pool),
      sampling: run.paper.sampling, key: run.key,
      pool: run.pool)
    let labels = labelled.map { run.rows.labels[$0] }
    let stages = [Contender.ema, Contender.cdr].reduce(0) { $0 + (fitted.fitSeconds[$1] ?? 0) }
    return try kinds.map { kind in
      var configuration = run.paper
      configuration.fusion.fusionOperator = kind.fusionOperator
      configuration.fusion.mode = kind.mode
      let training = try run.training(configuration)
      let own = try training.stagedHeads()
      own.takeBranches(from: heads)
      let id = kind == paperKind && !run.wants(kind.id) ? Contender.paper : kind.id
      fitted.fitSeconds[id] = stages
      let sampling = run.sampling(configuration)
      return SeedRun.Trainee(
        id,
        training.fusion(
          of: frozen, labels: labels, classWeights: run.rows.classWeights, into: own, stage: id,
          key: run.key)
      ) { NetworkPredictor(heads: $0, sampling: sampling) }
    }
  }

  /// The preset `paper` is one of the operators.
  func takePaper(from fitted: inout SeedRun.Fitted) {
    guard run.wants(Contender.paper), run.wants(paperKind.id) else { return }
    fitted.predictors[Contender.paper] = fitted.predictors[paperKind.id]
    fitted.fitSeconds[Contender.paper] = fitted.fitSeconds[paperKind.id]
    fitted.failures[Contender.paper] = fitted.failures[paperKind.id]
  }
}
