// SPDX-License-Identifier: Apache-2.0

/// The labelled pairs of a batch, ordered by class: the classes that are present, in ascending
/// order, and within one its pairs in the order of the batch. Pairs without a label (-1) are in
/// no group.
///
/// `@unchecked Sendable`: filled before a phase, read within it.
final class ClassGroups: @unchecked Sendable {
  /// Classes that have a pair, K.
  private(set) var count = 0
  /// Labelled pairs, m.
  private(set) var pairCount = 0
  /// Σ of the squares of the groups' sizes.
  private var squares = 0
  /// `[m]`, the pair at each place of the order.
  let pairs: UnsafeMutablePointer<Int>
  /// `[m]`, the group at each place of the order.
  let groups: UnsafeMutablePointer<Int>
  /// `[K + 1]`.
  private let bounds: UnsafeMutablePointer<Int>
  /// `[C]`, the place where the next pair of a class goes.
  private let next: UnsafeMutablePointer<Int>
  private let pairCapacity: Int
  private let classCount: Int

  init(_ shape: AlignmentShape) {
    func zeros(_ count: Int) -> UnsafeMutablePointer<Int> {
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: max(count, 1))
      return memory
    }
    pairCapacity = shape.pairCount
    classCount = shape.classCount
    pairs = zeros(shape.pairCount)
    groups = zeros(shape.pairCount)
    bounds = zeros(Self.mostGroups(shape) + 1)
    next = zeros(shape.classCount)
  }

  deinit {
    for memory in [pairs, groups, bounds, next] { memory.deallocate() }
  }

  /// The most classes a batch can have.
  static func mostGroups(_ shape: AlignmentShape) -> Int {
    min(shape.pairCount, shape.classCount)
  }

  /// Places of a group in the order.
  @inline(__always)
  func range(_ group: Int) -> Range<Int> { bounds[group]..<bounds[group + 1] }

  /// Whether pairs of one class are so many among all pairs, 1/8 or more, that a product over
  /// all is faster than loops over classes.
  var areLarge: Bool { 8 * squares >= pairCount * pairCount }

  /// Orders `labels` `[n]`, each below C, negative for none.
  func fill(_ labels: UnsafePointer<Int32>, count pairTotal: Int) {
    precondition(pairTotal <= pairCapacity, "\(pairTotal) pairs in memory for \(pairCapacity)")
    next.update(repeating: 0, count: classCount)
    for pair in 0..<pairTotal where labels[pair] >= 0 {
      let label = Int(labels[pair])
      precondition(label < classCount, "class \(label) of \(classCount)")
      next[label] += 1
    }
    (count, squares) = (0, 0)
    var place = 0
    bounds[0] = 0
    for label in 0..<classCount where next[label] > 0 {
      let size = next[label]
      groups.advanced(by: place).update(repeating: count, count: size)
      next[label] = place
      place += size
      squares += size * size
      count += 1
      bounds[count] = place
    }
    pairCount = place
    for pair in 0..<pairTotal where labels[pair] >= 0 {
      let label = Int(labels[pair])
      pairs[next[label]] = pair
      next[label] += 1
    }
  }
}
