// SPDX-License-Identifier: Apache-2.0

import CTestProcess
import FileFixtures
import Foundation
import MARNet
import MARNetDense

/// Runs cases one after the other in this process, and says of each that it begins and how it
/// ends. It may crash: the parent process goes on behind the case that crashed it.
struct FuzzWorker {
  let subject: Subject
  let corpus: [[UInt8]]
  /// The folder in which the parser finds its input.
  let place: String
  let seed: UInt64

  /// Bytes beyond the input's own that a parser may take.
  private static let mostGrowth = 64 << 20

  func run(_ cases: Range<Int>) throws {
    test_process_report_crashes()
    let path = "\(place)/\(subject.fileName)"
    // What is made once, such as tables of the libraries, belongs to no case. OpenBLAS takes memory
    // with the first product, and asks for it for ever where there is none.
    let square = Matrix(rowCount: 256, columnCount: 256)
    let product = Matrix(rowCount: 256, columnCount: 256)
    Product.rowsTimesRows(square.view, square.view, into: product.view)
    for input in corpus {
      try write(input, to: path)
      try? subject.parse(path)
    }
    for number in cases {
      Self.say("begin \(number)")
      let input = Mutation(of: subject, corpus: corpus, seed: seed, number: number).bytes
      try write(input, to: path)
      Self.limitMemory(to: Self.mostGrowth + input.count)
      let outcome = outcome(of: path)
      Self.limitMemory(to: nil)
      Self.say(outcome)
    }
  }

  /// "accepted", "rejected STATUS", or "wrong WHY".
  private func outcome(of path: String) -> String {
    do {
      try subject.parse(path)
      return "accepted"
    } catch {
      let failure = Failure(error)
      guard subject.statuses.contains(failure.exitStatus) else {
        return "wrong exit status \(failure.exitStatus): \(failure.message)"
      }
      guard failure.message.contains(" "), ".?".contains(failure.message.last ?? " ") else {
        return "wrong wording: \(failure.message)"
      }
      return "rejected \(failure.exitStatus)"
    }
  }

  /// Makes every allocation fail that takes this process more than `growth` bytes beyond what it
  /// has now; nil lifts the limit.
  private static func limitMemory(to growth: Int?) {
    #if os(Linux)
      var limit = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
      if let growth {
        // Pages of data and stack, the sixth number.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
          let pages = text.split(separator: " ").dropFirst(5).first.flatMap({ Int($0) })
        else { return }
        limit.rlim_cur = rlim_t(pages * Int(getpagesize()) + growth)
      }
      setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
    #endif
  }

  private static func say(_ text: String) {
    let line = Array((text.replacing("\n", with: " ") + "\n").utf8)
    _ = Foundation.write(STDOUT_FILENO, line, line.count)
  }
}
