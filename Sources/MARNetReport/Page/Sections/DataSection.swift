// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The rows: what the file holds, and what the fit found of its own.
package enum DataSection {
  package static func section(_ content: DataSummary) -> Section {
    var table = Table(
      "Splits of the features.",
      header: ["split", "rows", "labelled", "visual", "text", "identifiers"])
    for part in content.parts {
      table.add(
        "\(part.split.rawValue)",
        [
          Table.Cell("\(Decimals.grouped(part.rows))"),
          Table.Cell("\(part.labelled.map(Decimals.grouped) ?? "none")"),
          Table.Cell("\(part.visual)"), Table.Cell("\(part.text)"),
          Table.Cell("\(part.hasIDs ? "yes" : "no")"),
        ])
    }
    let problems = content.problems.map { "<p class=\"note\">\($0)</p>\n" as Markup }
    let training = content.training.map { "<p>\($0)</p>\n" as Markup }
    return Section(
      "data", "The data", short: "Data",
      """
      \(content.parts.isEmpty ? "" : table.markup)\(problems)\(balance(content.balance))\
      <h3>What the fit found</h3>
      \(training)
      """)
  }

  private static func balance(_ balance: ClassBalance?) -> Markup {
    guard let balance else { return "" }
    let rarest: Markup = "<bdi>\(balance.rarest)</bdi> (\(Decimals.grouped(balance.rarestCount)))"
    let largest: Markup =
      "<bdi>\(balance.largest)</bdi> (\(Decimals.grouped(balance.largestCount)))"
    let sorted = balance.counts.sorted()
    return """
      <p>Evaluated rows a class: median \(Decimals.grouped(sorted[sorted.count / 2])), fewest \(rarest), \
      most \(largest).</p>

      """
  }
}
