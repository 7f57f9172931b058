// SPDX-License-Identifier: Apache-2.0

/// How the cases of one parser ended.
struct FuzzTally {
  /// A case that shows a bug.
  struct Finding {
    let number: Int
    let what: String
  }

  let parser: String
  var accepted = 0
  /// Rejections by exit status.
  var rejected: [Int: Int] = [:]
  /// Crashes inside libhdf5 that a child process turned into messages.
  var contained = 0
  /// Cases that crashed elsewhere, and were tried again in a process of their own.
  var repeated = 0
  var findings: [Finding] = []

  var cases: Int { accepted + rejected.values.reduce(0, +) + contained + findings.count }

  var line: String {
    let statuses = rejected.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }
    return "\(parser): \(cases) cases, \(accepted) accepted, rejected "
      + (statuses.isEmpty ? "none" : statuses.joined(separator: ", "))
      + ", \(contained) contained, \(findings.count) wrong"
      + (repeated == 0 ? "" : " (\(repeated) tried alone)")
  }
}
