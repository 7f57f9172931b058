// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// What memory the parts of a fit take, estimated from above. Bytes.
package struct FitMemory {
  /// The program, its libraries and small things.
  static let base = 64 << 20
  /// Labels, marks, hashes, weights and orders of rows, where their text lies in another file,
  /// and passing copies of them.
  private static let marks = 88
  /// A slab from which scattered rows of a file are picked.
  private static let slab = 16 << 20
  /// Value, gradient, two moments, packed copies and what scores of a parameter.
  private static let parameterBytes = 44
  /// Variables, gradients and corrections of a minimisation.
  private static let variableBytes = 80
  private static let float = 4

  private let rows: PairedSource
  private let validation: PairedSource?
  private let configuration: Configuration
  private let threads: Int

  package init(
    _ rows: PairedSource, validation: PairedSource?, configuration: Configuration, threads: Int
  ) {
    self.rows = rows
    self.validation = validation
    self.configuration = configuration
    self.threads = threads
  }

  private var classes: Int { rows.classNames.count }
  private var visual: Int { rows.visual.width }
  private var text: Int { rows.text?.width ?? 1 }
  private var labelled: Int { rows.labels.count { $0 >= 0 } }

  /// Bytes of a row where it waits to be drawn.
  private var rowBytes: Int { rows.rowBytes + TrainingRows.targetBytes(classCount: classes) }

  /// Of one of the parts of `rowCount` rows.
  private func plan(rowCount: Int) -> ShufflePlan {
    ShufflePlan(
      rowCount: (rowCount + parts - 1) / parts, rowBytes: rowBytes, chunkRows: rows.chunkRows,
      options: configuration.training, key: RandomKey(seed: 0))
  }

  private var parts: Int { configuration.training.parts ?? rows.visual.ranks.count }

  /// Parts of this rank, each with windows of its own.
  private var ownParts: Int {
    (parts + rows.visual.ranks.count - 1) / rows.visual.ranks.count
  }

  /// Rows of a window.
  var windowRows: Int { plan(rowCount: rows.rowCount).windowRows }

  /// Rows in memory while streaming. The rows left beside those that are held out may be few
  /// enough to be shuffled whole where all of them are not.
  private var bufferedRows: Int {
    ownParts
      * max(
        plan(rowCount: rows.rowCount).bufferedRows,
        plan(rowCount: rows.rowCount - (validation == nil ? heldOut : 0)).bufferedRows)
  }

  private var heldOut: Int {
    min(
      validation?.labels.count { $0 >= 0 }
        ?? Int(configuration.validation.fraction * Double(labelled)) + classes,
      configuration.validation.maximumRows)
  }

  /// With all features in memory.
  var resident: Int {
    let features =
      rows.rowCount * rows.rowBytes
      + (validation.map { $0.rowCount * $0.visual.rowBytes } ?? 0)
    return fixed + features + max(prefit(isCopied: false), targets + training)
  }

  /// With two windows of features in memory.
  ///
  /// - Parameter keepingTargets: with the teacher's targets of all rows beside them.
  func streaming(keepingTargets: Bool) -> Int {
    fixed + tokens
      + max(
        prefit(isCopied: true),
        bufferedRows * rowBytes + training + (keepingTargets ? targets : 0))
  }

  /// Targets of all rows where there is a teacher.
  private var targets: Int {
    let hasTeacher = configuration.training.scheme == .joint && configuration.teacher.isEnabled
    return hasTeacher ? rows.rowCount * TrainingRows.targetBytes(classCount: classes) : 0
  }

  /// With all features in memory as Float32, for studies that train many networks at a time and
  /// keep rows both as they are in the file and as a regime leaves them.
  ///
  /// - Parameters:
  ///   - networks: trained side by side.
  ///   - testRows: scored by each of them.
  package func study(networks: Int, testRows: Int) -> Int {
    let all = rows.rowCount + (validation?.rowCount ?? 0)
    let features = 2 * all * (visual + text) * Self.float + 2 * testRows * visual * Self.float
    let tables = 3 * rows.rowCount * classes * Self.float + 4 * testRows * classes * Self.float
    let neighbours = labelled * (visual + 256 * threads) * Self.float
    let orders = networks * rows.rowCount * MemoryLayout<Int>.stride
    return fixed + features + tokens
      + max(prefit(isCopied: false), tables + neighbours + orders + networks * training)
  }

  private var fixed: Int {
    let all = rows.rowCount + (validation?.rowCount ?? 0)
    return Self.base + all * Self.marks + reading
  }

  /// Blocks that are read ahead, worked on, and decompressed.
  private var reading: Int {
    let sources = [rows.visual, rows.text].compactMap { $0 }
    let blocks = sources.map { source in
      (source.readingBlocks.first?.count ?? 0) * source.width * Self.float
    }
    // HDF5's caches, where a row of chunks is larger than the usual one.
    let caches = sources.map { min(2 * $0.chunkRows * $0.width * Self.float, 256 << 20) }
    return 3 * (blocks.max() ?? 0) + Self.slab + caches.reduce(0, +) + threads * (2 << 20)
  }

  private var tokens: Int {
    guard let tokens = rows.tokens else { return 0 }
    return rows.rowCount * (tokens.visual.rowBytes + tokens.text.rowBytes)
  }

  /// The larger of both linear fits.
  private func prefit(isCopied: Bool) -> Int {
    let image = linear(width: visual, rowBytes: isCopied ? rows.visual.rowBytes : 0)
    guard configuration.training.scheme == .joint else { return image }
    let folds = 2 * 2 * (configuration.probe.outOfFoldFolds + 1) * classes
    let wide = max(visual, text)
    let judges = min(
      labelled, (16 << 20) / classes, PrefitSample.limit(width: wide, classCount: classes))
    let judged =
      judges
      * (2 * classes * Self.float
        + (isCopied ? max(rows.visual.rowBytes, rows.text?.rowBytes ?? 0) : 0))
    let words = linear(width: text, rowBytes: isCopied ? rows.text?.rowBytes ?? 0 : 0)
    return max(image, words, judged) + folds * max(visual, text) * Self.float
  }

  private func linear(width: Int, rowBytes: Int) -> Int {
    let count = min(labelled, PrefitSample.limit(width: width, classCount: classes))
    let directions = min(width, count)
    let packed = 2 * count * directions * Self.float
    let logits = count * classes * Self.float
    let kept = count * directions <= 16 << 20 ? count * directions * Self.float : 0
    let basis = 3 * directions * width * Self.float
    return count * rowBytes + packed + logits + kept + basis
      + classes * (directions + 1) * Self.variableBytes
  }

  /// Networks, a batch, and what judges them on held-out rows.
  private var training: Int {
    let aligned = configuration.alignment.dimension
    let hidden = configuration.reconstruction.hiddenWidth
    let time = configuration.reconstruction.timeEmbeddingWidth
    let projectors = aligned * (visual + text)
    let denoiser =
      hidden * (2 * text + visual + 2 * hidden + time)
      + (configuration.reconstruction.hasSkip ? text * visual : 0)
    let heads = classes * 2 * (aligned + text)
    let widths = 6 * (visual + text) + 12 * (aligned + hidden) + 12 * classes
    let judging = heldOut * (visual + 5 * classes) * Self.float
    let controls = 2 * (aligned * (visual + classes)) * Self.float * 3
    return (projectors + denoiser + heads) * Self.parameterBytes + controls
      + (configuration.training.batchSize + threads * 256) * widths * Self.float + judging
      + staged(aligned)
  }

  /// Frozen outputs of the rows that the fusion classifier sees.
  private func staged(_ aligned: Int) -> Int {
    guard configuration.training.scheme == .staged else { return 0 }
    let seen = configuration.training.fusionSteps * configuration.training.batchSize
    return min(labelled, seen) * (visual + aligned + text) * Self.float
  }
}
