// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense
import MARNetHeads

extension Precision: ExpressibleByArgument {}

/// Sizes and settings that the benchmarks share.
struct BenchmarkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Width of the visual features.", valueName: "n"))
  var visualWidth = 768
  @Option(help: ArgumentHelp("Width of the text features.", valueName: "n"))
  var textWidth = 768
  @Option(help: ArgumentHelp("Number of classes.", valueName: "n"))
  var classes = 172
  @Option(help: ArgumentHelp("Width d of the shared space.", valueName: "n"))
  var aligned = 512
  @Option(help: ArgumentHelp("Width of the denoiser's hidden layers.", valueName: "n"))
  var hidden = 1_024
  @Option(help: ArgumentHelp("Width of the time embedding.", valueName: "n"))
  var timeEmbedding = 128
  @Option(help: ArgumentHelp("Type of the products' operands: float32 or bfloat16."))
  var precision = Precision.float32
  @Option(
    help: ArgumentHelp("Worker threads; all available processors by default.", valueName: "n"))
  var threads = WorkerPool.availableProcessors
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    let sizes = [visualWidth, textWidth, classes, aligned, hidden, timeEmbedding, threads]
    guard sizes.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      throw ValidationError("Sizes and '--threads' must be from 1 to 65536.")
    }
    guard classes >= 2, timeEmbedding.isMultiple(of: 2) else {
      throw ValidationError("'--classes' must be 2 or more and '--time-embedding' even.")
    }
  }

  var dimensions: HeadDimensions {
    HeadDimensions(
      visual: visualWidth, text: textWidth, classes: classes, aligned: aligned, hidden: hidden,
      timeEmbedding: timeEmbedding)
  }

  /// What every report says about its run.
  var facts: [(name: String, value: BenchmarkValue)] {
    [
      ("visual_width", .integer(visualWidth)), ("text_width", .integer(textWidth)),
      ("classes", .integer(classes)), ("aligned", .integer(aligned)),
      ("hidden", .integer(hidden)), ("threads", .integer(threads)),
      ("precision", .text(precision.rawValue)),
      ("kernel", .text(ProductKernel.kernel(for: precision).instructions)),
      ("blas", .text(Product.coreName)),
    ]
  }

  /// Rows of N(0, 1).
  func normalRows(_ rows: Int, _ width: Int, stream: UInt64) -> Matrix {
    var matrix = Matrix(rowCount: rows, columnCount: width)
    let view = matrix.mutableView()
    let key = RandomKey(seed: stream)
    for row in 0..<rows {
      key.fillNormal(
        view.row(row), count: width, rowKey: UInt64(row), tag: RandomKey.tag(purpose: 0))
    }
    return matrix
  }
}
