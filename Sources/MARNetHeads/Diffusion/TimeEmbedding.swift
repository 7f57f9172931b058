// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sinusoidal embedding of the diffusion step, `[T, width]`:
/// concat[cos(t' ω), sin(t' ω)], ωᵢ = 10000^(−i/half), t' = 1000 t / T, so that a small T
/// spans the same range (the layout of improved-diffusion); an odd width ends in a zero.
package enum TimeEmbedding {
  package static func table(stepCount: Int, width: Int) -> Matrix {
    let half = width / 2
    var values: [Float] = []
    values.reserveCapacity(stepCount * width)
    for step in 0..<stepCount {
      let time = Double(step) * 1000 / Double(stepCount)
      let angles = (0..<half).map { time * exp(-log(10000) * Double($0) / Double(half)) }
      values += angles.map { Float(cos($0)) }
      values += angles.map { Float(sin($0)) }
      if width % 2 == 1 { values.append(0) }
    }
    return Matrix(rowCount: stepCount, columnCount: width, values: values)
  }
}
