// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct FusionOperatorTests {
  /// Single operations in Float32: a few units in the last place of the largest values.
  @Test(arguments: ["representation", "logits"])
  func valuesAndGradientsAreTheStoredOnes(mode: String) throws {
    let golden = try Golden(file: "fusion")[mode]
    let (a, b) = (try golden["a"].matrix, try golden["b"].matrix)
    let operators = try golden["operators"]
    #expect(operators.keys.count == (mode == "logits" ? 4 : 5))
    for name in operators.keys {
      let fusion = try #require(FusionOperator(rawValue: name))
      let stored = try operators[name]
      let expected = try stored["output"].matrix
      var output = Matrix(rowCount: expected.rowCount, columnCount: expected.columnCount)
      fusion.forward(a.view, b.view, into: output.mutableView())
      expectClose(output, expected, tolerance: 3e-7, "\(mode) \(name)")
      let upstream = try stored["upstream"].matrix
      var (da, db) = (a, b)
      fusion.backward(
        upstream.view, a.view, b.view, into: da.mutableView(), db.mutableView())
      expectClose(da, try stored["gradientA"].matrix, tolerance: 1e-6, "\(mode) \(name) d/da")
      expectClose(db, try stored["gradientB"].matrix, tolerance: 1e-6, "\(mode) \(name) d/db")
    }
  }

  @Test(arguments: FusionOperator.allCases, [(1, 1), (1, 5), (7, 3), (70, 11)])
  func gradientsMatchDifferences(fusion: FusionOperator, shape: (Int, Int)) {
    let (rows, width) = shape
    var a = Seeded.normal(rows, width, seed: 1)
    var b = Seeded.normal(rows, width, seed: 2)
    let upstream = Seeded.normal(rows, fusion.outputWidth(width, width), seed: 3)
    var output = upstream
    var (da, db) = (a, b)
    fusion.backward(upstream.view, a.view, b.view, into: da.mutableView(), db.mutableView())
    let (va, vb, out) = (a.mutableView(), b.mutableView(), output.mutableView())
    func loss() -> Double {
      fusion.forward(va, vb, into: out)
      return zip(out.matrix().values, upstream.values)
        .reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    expectGradient(of: loss, at: va, matches: da, noise: 2e-6, "\(fusion) d/da")
    expectGradient(of: loss, at: vb, matches: db, noise: 2e-6, "\(fusion) d/db")
  }

  @Test func concatenationTakesUnequalWidths() {
    let (a, b) = (Seeded.normal(3, 2, seed: 1), Seeded.normal(3, 5, seed: 2))
    var output = Matrix(rowCount: 3, columnCount: 7)
    FusionOperator.concatenation.forward(a.view, b.view, into: output.mutableView())
    #expect(output.view.columns(0..<2).matrix() == a)
    #expect(output.view.columns(2..<7).matrix() == b)
    var (da, db) = (b, b)
    da = Matrix(rowCount: 3, columnCount: 2)
    FusionOperator.concatenation.backward(
      output.view, a.view, b.view, into: da.mutableView(), db.mutableView())
    #expect(da == a && db == b)
  }

  @Test func extremeLogitsStayFinite() {
    let values: [Float] = [-1000, -100, -30, 0, 30, 100, 1000]
    let a = Matrix(rows: values.map { x in values.map { _ in x } })
    let b = Matrix(rows: values.map { _ in values })
    for fusion in [FusionOperator.sum, .harmonic] {
      var output = a
      fusion.forward(a.view, b.view, into: output.mutableView())
      #expect(output.values.allSatisfy { $0.isFinite })
      let ones = Matrix(rowCount: 7, columnCount: 7, repeating: 1)
      var (da, db) = (a, b)
      fusion.backward(ones.view, a.view, b.view, into: da.mutableView(), db.mutableView())
      #expect((da.values + db.values).allSatisfy { $0 >= 0 && $0 <= 1 })
      guard fusion == .harmonic else { continue }
      #expect(output.values.allSatisfy { $0 >= -27.64 && $0 <= -0.69 })
    }
  }
}
