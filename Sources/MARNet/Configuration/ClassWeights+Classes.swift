// SPDX-License-Identifier: Apache-2.0

import MARNetData

extension ClassWeights {
  /// Weights that no class may have, whatever the classes are.
  var valueProblem: ClassWeightsError.Problem? {
    guard case .byClass(let weights) = self else { return nil }
    let bad = weights.filter { !($0.value > 0 && Float($0.value).isNormal) }
    return bad.min { $0.key < $1.key }
      .map { .invalidWeight(className: $0.key, found: "\($0.value)") }
  }

  /// - Throws: `ClassWeightsError` unless there is a weight for each of these classes and for no
  ///   other.
  package func check(classNames: [String]) throws(ClassWeightsError) {
    guard case .byClass(let weights) = self else { return }
    let known = Set(classNames)
    if let name = weights.keys.sorted().first(where: { !known.contains($0) }) {
      throw ClassWeightsError(
        source: .configuration,
        problem: .unknownClass(name: name, nearest: nearestName(to: name, in: classNames)))
    }
    let missing = classNames.filter { weights[$0] == nil }
    if let first = missing.first {
      throw ClassWeightsError(
        source: .configuration, problem: .missingClasses(first: first, count: missing.count))
    }
  }

  /// One weight a class; nil where every row counts once.
  ///
  /// - Parameters:
  ///   - labels: of the training rows, -1 without one.
  /// - Throws: `ClassWeightsError`.
  func table(classNames: [String], labels: [Int32]) throws(ClassWeightsError)
    -> ClassWeightTable?
  {
    try check(classNames: classNames)
    let values: [Double]
    switch self {
    case .none: return nil
    case .byClass(let weights): values = classNames.map { weights[$0] ?? 1 }
    case .balanced:
      var counts = [Int](repeating: 0, count: classNames.count)
      for label in labels where label >= 0 { counts[Int(label)] += 1 }
      let present = counts.count { $0 > 0 }
      let all = Double(counts.reduce(0, +))
      values = counts.map { $0 > 0 ? all / (Double(present) * Double($0)) : 1 }
    }
    return values.allSatisfy { $0 == 1 } ? nil : ClassWeightTable(values)
  }
}
