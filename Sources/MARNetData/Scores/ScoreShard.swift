// SPDX-License-Identifier: Apache-2.0

/// One of several parts in which the rows of a split are scored, each into a file of its own.
public struct ScoreShard: Sendable, Equatable {
  /// Which, from 0.
  public let index: Int
  /// Of how many.
  public let count: Int

  /// - Precondition: `0 <= index < count`.
  public init(_ index: Int, of count: Int) {
    precondition(count > 0 && 0..<count ~= index, "shard \(index) of \(count)")
    self.index = index
    self.count = count
  }

  /// Its rows of `rowCount`: from index · rows / count to the next shard's first.
  public func rows(of rowCount: Int) -> Range<Int> {
    func start(_ index: Int) -> Int {
      count.dividingFullWidth(rowCount.multipliedFullWidth(by: index)).quotient
    }
    return start(index)..<start(index + 1)
  }

  /// Where its scores go when all were to go to `output`: "scores.shard-0003-of-0010.h5".
  public func path(for output: String) -> String {
    let name = output.lastIndex(of: "/").map { output[$0...].dropFirst() } ?? output[...]
    let folder = output.dropLast(name.count)
    // A dot at the beginning begins a hidden name, not an extension.
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 } ?? name.endIndex
    return
      "\(folder)\(name[..<dot]).shard-\(Self.digits(index))-of-\(Self.digits(count))\(name[dot...])"
  }

  private static func digits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
