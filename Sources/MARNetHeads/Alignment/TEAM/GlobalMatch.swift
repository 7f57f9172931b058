// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The match loss of single vectors (TEAM-global): R = D(W_o (W_v x_v' + b_v) + b_o), then the
/// block's MLP; score(i, j) = cos(W_i R_j, W_t x_s'_i).
///
/// R does not depend on the text: it is made once for each image, with one dropout mask, and
/// serves the pair and both of its negatives.
final class GlobalMatch: @unchecked Sendable {
  private let value: Linear
  private let output: Linear
  private let feedForward: FeedForward
  private let projection: ScoreProjection
  private let dropout: Dropout
  private let memory: GlobalMatchMemory
  private let weightGradients: WeightGradients
  private let capacity: Int

  init(
    _ options: TEAM, _ shape: AlignmentShape, precision: Precision, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    let (d, n) = (shape.width, shape.pairCount)
    let name = "alignment.team.block0"
    let key = key.derived(0)
    value = Linear("\(name).cross.value", inputs: d, outputs: d, in: &layout)
    output = Linear("\(name).cross.output", inputs: d, outputs: d, in: &layout)
    feedForward = FeedForward(
      "\(name).mlp", width: d, hidden: options.hiddenRatio * d, dropout: options.dropout,
      key: key, in: &layout)
    projection = ScoreProjection(inputs: d, outputs: options.projectionWidth, in: &layout)
    dropout = Dropout(
      probability: options.dropout, key: key, purpose: RandomPurpose.matchDropout[1])
    capacity = n
    memory = GlobalMatchMemory(
      rowCount: n, width: d, hidden: options.hiddenRatio * d, projected: options.projectionWidth)
    var gradients = WeightGradients(batchSize: n, precision: precision)
    gradients.add(value, outputGradient: memory.valueGradient, input: memory.visual)
    gradients.add(output, outputGradient: memory.retrieved, input: memory.value)
    gradients.add(
      feedForward.up, outputGradient: memory.mlp.hidden, input: memory.mlp.norm.output)
    gradients.add(
      feedForward.down, outputGradient: memory.mlp.output, input: memory.mlp.activated)
    gradients.add(projection.image, outputGradient: memory.imageGradient, input: memory.r)
    gradients.add(projection.text, outputGradient: memory.textGradient, input: memory.text)
    weightGradients = gradients
  }

  /// The loss times `weight`; adds its gradients to those of both embeddings, and writes those
  /// of its parameters. Of 2 pairs or more.
  func evaluate(
    _ pairs: AlignmentPairs, negativeImages: UnsafePointer<Int32>,
    negativeTexts: UnsafePointer<Int32>, weight: Float, addingTo gradients: AlignmentGradients,
    _ parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    let n = pairs.count
    let cut = RowBlocks(rowCount: n)
    pool.forEach(cut.count) { task, _ in
      let rows = cut.range(task)
      forward(pairs, rows, parameters)
      score(rows, pairs: pairs, parameters)
    }
    let scale = projection.scale.value(parameters)
    let outcome = match(n, negativeImages, negativeTexts, scale, weight)
    let widths = RowBlocks(rowCount: projection.width)
    pool.forEach(widths.count) { task, _ in
      spread(widths.range(task), n, negativeImages, negativeTexts)
    }
    // Rows beyond the pairs stand in the sums of the weight gradients: they must add nothing.
    memory.clearGradients(n..<capacity)
    pool.forEach(cut.count) { task, _ in
      backward(cut.range(task), pairs.step, addingTo: gradients, parameters)
    }
    let all = RowBlocks(rowCount: capacity)
    pool.forEach(all.count) { task, _ in weightGradients.pack(rows: all.range(task)) }
    weightGradients.run(into: parameters, pool: pool)
    feedForward.norm.clearGradients(parameters)
    feedForward.norm.addGradients(memory.mlp.norm, 0..<n, into: parameters)
    projection.scale.writeGradient(outcome.logitSum, parameters)
    return outcome.loss
  }

  /// R of a block of images.
  private func forward(
    _ pairs: AlignmentPairs, _ rows: Range<Int>, _ parameters: ParameterBlock
  ) {
    memory.visual.rows(rows).copy(from: pairs.visual.rows(rows))
    memory.text.rows(rows).copy(from: pairs.text.rows(rows))
    let (v, r) = (memory.value.rows(rows), memory.r.rows(rows))
    value.forward(memory.visual.rows(rows), into: v, parameters)
    output.forward(v, into: r, parameters)
    dropout.apply(r, into: r, step: pairs.step, firstRow: rows.lowerBound)
    feedForward.forward(
      memory.r, memory.mlp, rows, step: pairs.step, firstKey: rows.lowerBound, parameters)
  }

  /// The unit rows whose products are scores.
  private func score(
    _ rows: Range<Int>, pairs: AlignmentPairs, _ parameters: ParameterBlock
  ) {
    projection.image.forward(
      memory.r.rows(rows), into: memory.images.unit.rows(rows), parameters)
    memory.images.normalise(memory.images.unit, rows)
    projection.text.forward(
      memory.text.rows(rows), into: memory.texts.unit.rows(rows), parameters)
    memory.texts.normalise(memory.texts.unit, rows)
  }

  /// The losses, and the derivative by each pair's three scores.
  private func match(
    _ n: Int, _ negativeImages: UnsafePointer<Int32>, _ negativeTexts: UnsafePointer<Int32>,
    _ scale: Float, _ weight: Float
  ) -> (loss: Double, logitSum: Double) {
    let (u, t, width) = (memory.images.unit, memory.texts.unit, projection.width)
    let share = Double(weight) / Double(n)
    var (loss, logitSum) = (0.0, 0.0)
    for i in 0..<n {
      let (image, text) = (Int(negativeImages[i]), Int(negativeTexts[i]))
      let scores = SIMD3(
        Float(marnet_dot(t.row(i), u.row(i), width)),
        image < 0 ? 0 : Float(marnet_dot(t.row(i), u.row(image), width)),
        text < 0 ? 0 : Float(marnet_dot(t.row(text), u.row(i), width)))
      let one = MatchLoss.evaluate(
        scores, hasNegative: (image: image >= 0, text: text >= 0), scale: scale)
      loss += share * one.loss
      logitSum += share * one.logitSum
      let gradient = Float(share) * one.gradient
      for k in 0..<3 { memory.scoreGradients.row(i)[k] = gradient[k] }
    }
    return (loss, logitSum)
  }

  /// From the scores' derivatives to some columns of both projections: pairs share rows, so
  /// the work is cut by columns.
  private func spread(
    _ columns: Range<Int>, _ n: Int, _ negativeImages: UnsafePointer<Int32>,
    _ negativeTexts: UnsafePointer<Int32>
  ) {
    let (u, t) = (memory.images.unit.columns(columns), memory.texts.unit.columns(columns))
    let (du, dt) = (memory.imageGradient.columns(columns), memory.textGradient.columns(columns))
    du.rows(0..<n).fill(0)
    dt.rows(0..<n).fill(0)
    func add(_ gradient: Float, text: Int, image: Int) {
      marnet_add_scaled(gradient, t.row(text), du.row(image), columns.count)
      marnet_add_scaled(gradient, u.row(image), dt.row(text), columns.count)
    }
    for i in 0..<n {
      let g = memory.scoreGradients.row(i)
      add(g[0], text: i, image: i)
      if negativeImages[i] >= 0 { add(g[1], text: i, image: Int(negativeImages[i])) }
      if negativeTexts[i] >= 0 { add(g[2], text: Int(negativeTexts[i]), image: i) }
    }
  }

  /// From the projections back to both embeddings.
  private func backward(
    _ rows: Range<Int>, _ step: Int, addingTo gradients: AlignmentGradients,
    _ parameters: ParameterBlock
  ) {
    memory.images.propagate(memory.imageGradient, rows)
    memory.texts.propagate(memory.textGradient, rows)
    let (dr, back) = (memory.retrieved.rows(rows), memory.back.rows(rows))
    projection.text.inputGradient(memory.textGradient.rows(rows), into: back, parameters)
    for (at, row) in rows.enumerated() {
      marnet_add(back.row(at), gradients.text.row(row), back.columnCount)
    }
    projection.image.inputGradient(memory.imageGradient.rows(rows), into: dr, parameters)
    feedForward.backward(
      memory.retrieved, memory.mlp, rows, step: step, firstKey: rows.lowerBound, parameters)
    dropout.apply(dr, into: dr, step: step, firstRow: rows.lowerBound)
    output.inputGradient(dr, into: memory.valueGradient.rows(rows), parameters)
    value.inputGradient(memory.valueGradient.rows(rows), into: back, parameters)
    for (at, row) in rows.enumerated() {
      marnet_add(back.row(at), gradients.visual.row(row), back.columnCount)
    }
  }
}
