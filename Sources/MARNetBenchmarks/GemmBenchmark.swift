// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense

/// One product at a time on one thread: this package's kernel beside OpenBLAS.
struct GemmBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gemm", abstract: "Time products of one shape on one thread.",
    discussion: "The sizes are those of a layer: rows, inputs, outputs.")

  @OptionGroup var options: BenchmarkOptions
  @Option(help: ArgumentHelp("Rows of the left operand.", valueName: "n"))
  var rows = 64
  @Option(help: ArgumentHelp("Terms of each sum.", valueName: "n"))
  var inputs = 1_024
  @Option(help: ArgumentHelp("Columns of the result.", valueName: "n"))
  var outputs = 1_024
  @Option(help: ArgumentHelp("Timed repetitions.", valueName: "n"))
  var repeats = 50

  func validate() throws {
    guard [rows, inputs, outputs, repeats].allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      throw ValidationError("Sizes and '--repeats' must be from 1 to 65536.")
    }
  }

  func run() throws {
    let x = options.normalRows(rows, inputs, stream: 1)
    let w = options.normalRows(outputs, inputs, stream: 2)
    var result = Matrix(rowCount: rows, columnCount: outputs)
    let y = result.mutableView()
    let packed = PackedMatrix(
      innerCount: inputs, columnCount: outputs, precision: options.precision)
    var (packing, own, blas) = (Timings(), Timings(), Timings())
    for _ in 0..<repeats {
      packing.measure { packed.pack(w.view, .transposed) }
      own.measure { packed.multiply(x.view, into: y) }
      blas.measure { Product.rowsTimesRows(x.view, w.view, into: y) }
    }
    withExtendedLifetime((x, w, result)) {}
    let operations = 2e-9 * Double(rows) * Double(inputs) * Double(outputs)
    BenchmarkReport([
      ("benchmark", .text("gemm")), ("rows", .integer(rows)), ("inputs", .integer(inputs)),
      ("outputs", .integer(outputs)), ("precision", .text(options.precision.rawValue)),
      ("kernel", .text(ProductKernel.kernel(for: options.precision).instructions)),
      ("gflops", .number(operations / own.median)),
      ("sgemm_gflops", .number(operations / blas.median)),
      ("fraction_of_sgemm", .number(blas.median / own.median)),
      ("pack_ms_median", .number(packing.median * 1e3)),
      ("multiply_ms_median", .number(own.median * 1e3)),
    ]).print(asJSON: options.json)
  }
}
