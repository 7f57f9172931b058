// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The page: one HTML file that loads nothing, runs nothing, and is well-formed XML too.
package enum Page {
  package static func markup(_ content: ReportContent) -> Markup {
    let sections = sections(content)
    let links = sections.map { section -> Markup in
      "<li><a href=\"#s-\(section.identifier)\">\(section.short)</a></li>\n"
    }
    let title = "\(content.verdict.headline) · MARNet report"
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="referrer" content="no-referrer"/>
      <title>\(title)</title>
      <style>
      \(Style.text)
      </style>
      </head>
      <body>
      <a class="skip" href="#main">Skip to the report</a>
      <div class="page">
      \(header(content))
      <div class="columns">
      <nav aria-label="Sections"><ul>
      \(links)</ul></nav>
      <main id="main">
      \(sections.map(\.markup).joined(separator: "\n"))
      \(footer(content))
      </main>
      </div>
      </div>
      </body>
      </html>

      """
  }

  private static func header(_ content: ReportContent) -> Markup {
    let subject = content.subject
    let rows = subject.split.map { ", rows of '\($0.rawValue)'" } ?? ""
    let kind: Markup =
      switch content.verdict.kind {
      case .gain: " class=\"gain\""
      case .loss: " class=\"loss\""
      case .unclear, .unmeasured: ""
      }
    // No line ends after the hyphen.
    let headline = content.verdict.headline.replacing("top-1", with: "top\u{2011}1")
    return """
      <header\(kind)>
      <p class="over"><bdi>\(subject.model)</bdi> on \
      <bdi>\(subject.features.joined(separator: ", "))</bdi>\(rows)</p>
      <h1>\(headline)</h1>
      <p class="lead">\(content.verdict.sentence)</p>
      </header>
      """
  }

  private static func footer(_ content: ReportContent) -> Markup {
    """
    <footer><p>Written by marnet-plugin \(ToolVersion.current), after MARNet \
    (arXiv 2407.18854). Text was used when the model was fitted; no score of this report \
    read any. The same model and features give the same bytes.</p></footer>
    """
  }

  private static func sections(_ content: ReportContent) -> [Section] {
    [
      SummarySection.section(content), PredictorSection.section(content.predictors),
      CalibrationSection.section(content.calibration),
      ConfusionSection.section(content.confusion), ClassSection.section(content.classes),
      CurveSection.section(content.curves), EmbeddingSection.section(content.embedding),
      ExampleSection.section(content.examples), DenoisingSection.section(content.denoising),
      DataSection.section(content.data), SettingsSection.section(content.settings),
      CommandSection.section(content.subject),
    ]
  }
}

/// A part of the page.
package struct Section {
  /// Of its anchor.
  package var identifier: String
  package var title: String
  /// In the list of sections.
  package var short: String
  package var body: Markup

  package init(_ identifier: String, _ title: String, short: String, _ body: Markup) {
    self.identifier = identifier
    self.title = title
    self.short = short
    self.body = body
  }

  /// A section of a finding: its content, or why it is not there.
  package init<Value>(
    _ identifier: String, _ title: String, short: String, _ finding: Finding<Value>,
    body: (Value) -> Markup
  ) {
    switch finding {
    case .found(let value): self.init(identifier, title, short: short, body(value))
    case .absent(let reason):
      self.init(identifier, title, short: short, "<p class=\"note\">\(reason)</p>")
    }
  }

  package var markup: Markup {
    """
    <section id="s-\(identifier)" aria-labelledby="\(identifier)-title">
    <h2 id="\(identifier)-title">\(title)</h2>
    \(body)</section>

    """
  }
}
