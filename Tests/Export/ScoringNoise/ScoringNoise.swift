// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense

/// Writes the noise that `score` draws for the test rows of a feature file, as tensor "noise" of
/// a safetensors file, `[N, draws, noise vectors, Ds]`:
///
///     ScoringNoise MODEL FEATURES OUTPUT [SAMPLER [STEPS [DRAWS]]]
///
/// Only the check of exported graphs needs it: they take this noise as an input.
@main
enum ScoringNoise {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let words = Array(arguments.prefix(3))
    let (sampler, numbers) = (arguments.dropFirst(3).first, arguments.dropFirst(4).map(Int.init))
    guard words.count == 3 else {
      FileHandle.standardError.write(
        Data("usage: ScoringNoise MODEL FEATURES OUTPUT [SAMPLER [STEPS [DRAWS]]]\n".utf8))
      exit(64)
    }
    var options = ScoringOptions()
    options.sampler = sampler.flatMap(SamplingOptions.Method.init)
    options.steps = numbers.first ?? nil
    options.draws = numbers.dropFirst().first ?? nil
    let plan = try Model(directory: words[0]).reversePlan(options)
    let file = try FeatureFile(path: words[1])
    let rows = try file.readVisual(.test, rows: 0..<file.description(of: .test).rowCount)
    var keys = [UInt64](repeating: 0, count: rows.rowCount)
    keys.withUnsafeMutableBufferPointer { keys in
      if let base = keys.baseAddress { RandomKey.contentRows(rows.view, into: base) }
    }
    let noise = Safetensors.Tensor(
      name: "noise",
      shape: [rows.rowCount, plan.draws, plan.noiseVectors, plan.textWidth],
      values: plan.noise(rowKeys: keys))
    try Safetensors([noise]).encoded().write(to: URL(fileURLWithPath: words[2]))
  }
}
