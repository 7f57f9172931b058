// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The commands that repeat the model and this page.
package enum CommandSection {
  package static func section(_ subject: ReportSubject) -> Section {
    let lines = commands(subject).joined(separator: "\n")
    return Section(
      "commands", "Do it again", short: "Commands",
      """
      <p class="lede">The first repeats the model byte for byte on the same kind of processor, the second \
      the table, the third this page.</p>
      <pre tabindex="0">\(lines)</pre>

      """)
  }

  package static func commands(_ subject: ReportSubject) -> [String] {
    func line(_ parts: String...) -> String {
      parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
    let model = "--model \(shellQuoted(subject.model))"
    var lines = [
      line(
        "marnet-plugin fit", subject.featureArguments,
        "--config \(shellQuoted(subject.model + "/config.json")) --output repeated.marnet")
    ]
    if subject.split != nil {
      lines.append(
        line(
          "marnet-plugin evaluate", subject.imageArguments, model, subject.evaluationArguments))
    }
    lines.append(
      line(
        "marnet-plugin report", subject.featureArguments, model, subject.evaluationArguments,
        subject.reportArguments))
    return lines
  }
}
