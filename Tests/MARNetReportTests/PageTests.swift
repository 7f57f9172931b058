// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetReport
import Testing

/// The page as a whole, from contents of small models.
@Suite struct PageTests {
  private static let hostile = [
    "<script>alert(1)</script>", "\"quotes\" & 'more' <b>", "\u{202E}reversed \u{1}",
    String(repeating: "very long name ", count: 20), "日本語のとても長いクラスの名前です",
    "line\nbreak ]]>", "plain",
  ]

  @Test(arguments: [Configuration.Preset.plugin, .paper])
  func isWellFormedAndLoadsNothing(preset: Configuration.Preset) throws {
    let page = Page.markup(try SmallReport.shared.get().content(preset)).text
    #expect(WellFormed.objection(to: page) == nil)
    for word in ["<script", "src=", "url(", "@import", "<link", "<iframe", "javascript:", "fetch"] {
      #expect(!page.contains(word), "\(word)")
    }
    let links = page.matches(of: /href="([^"]*)"/).map { String($0.1) }
    #expect(links.count == 13 && links.allSatisfy { $0.hasPrefix("#") })
    for link in links { #expect(page.contains("id=\"\(link.dropFirst())\""), "\(link)") }
    #expect(page.contains("default-src 'none'; style-src 'unsafe-inline'"))
    #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
  }

  @Test func figuresHaveNamesOfTheirOwn() throws {
    let page = Page.markup(try SmallReport.shared.get().content(.paper)).text
    let identifiers = page.matches(of: /\bid="([^"]*)"/).map { String($0.1) }
    #expect(Set(identifiers).count == identifiers.count)
    let named = page.matches(of: /<svg xmlns[^>]* aria-labelledby="([^ ]*) ([^"]*)">/)
    #expect(named.count == page.ranges(of: "role=\"img\"").count && named.count > 20)
    for match in named {
      #expect(identifiers.contains(String(match.1)) && identifiers.contains(String(match.2)))
    }
  }

  @Test func namesOfStrangersStayText() throws {
    var content = try SmallReport.shared.get().content()
    let plain = content
    guard case .found(var confusion) = content.confusion,
      case .found(var classes) = content.classes, case .found(var embedding) = content.embedding,
      case .found(var examples) = content.examples
    else {
      Issue.record("sections are missing")
      return
    }
    confusion.classNames = Self.hostile
    for index in classes.rows.indices { classes.rows[index].name = Self.hostile[index] }
    for index in embedding.names.indices { embedding.names[index] = Self.hostile[index] }
    for index in examples.indices {
      examples[index].label = Self.hostile[index % 7]
      examples[index].identifier = Self.hostile[(index + 1) % 7]
      for branch in examples[index].branches.indices {
        for place in examples[index].branches[branch].candidates.indices {
          examples[index].branches[branch].candidates[place].name =
            Self.hostile[(branch + place) % 7]
        }
      }
    }
    content.confusion = .found(confusion)
    content.classes = .found(classes)
    content.embedding = .found(embedding)
    content.examples = .found(examples)
    content.subject.model = Self.hostile[0]
    content.subject.features = [Self.hostile[1], Self.hostile[2]]
    content.subject.featureArguments = Self.hostile[5]
    let page = Page.markup(content).text
    #expect(WellFormed.objection(to: page) == nil)
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!page.contains("<script") && !page.contains("\u{202E}"))
    // Names change no markup: the same elements stand there.
    func elements(_ text: String) -> Int { text.ranges(of: "<").count }
    let usual = Page.markup(plain).text
    #expect(abs(elements(page) - elements(usual)) < 40)
  }

  @Test func sectionsSayWhyTheyAreEmpty() throws {
    var content = try SmallReport.shared.get().content()
    content.predictors = .absent("Reason <1>.")
    content.calibration = .absent("Reason 2.")
    content.confusion = .absent("Reason 3.")
    content.classes = .absent("Reason 4.")
    content.curves = .absent("Reason 5.")
    content.embedding = .absent("Reason 6.")
    content.examples = .absent("Reason 7.")
    content.denoising = .absent("Reason 8.")
    let page = Page.markup(content).text
    #expect(WellFormed.objection(to: page) == nil)
    for number in 2...8 { #expect(page.contains("<p class=\"note\">Reason \(number).</p>")) }
    #expect(!page.contains("<svg xmlns"))
  }

  @Test func bytesDoNotDependOnThreads() throws {
    let small = try SmallReport.shared.get()
    let one = Page.markup(try small.content(.paper, threads: 1))
    #expect(Page.markup(try small.content(.paper, threads: 3)) == one)
    #expect(
      Page.markup(try small.content(.paper, threads: 2) { $0.batchRows = 17 }) == one)
  }

  /// Cells of many classes are few paths, and names wait for the enlarged matrix.
  @Test func manyClassesStaySmall() throws {
    let count = 300
    let labels = (0..<30_000).map { Int32($0 % count) }
    let predictions = labels.indices.map { Int32(($0 * $0 + $0 / 7) % count) }
    let counts = ConfusionCounts(labels: labels, predictions: predictions, classCount: count)
    let confusion = Confusion(
      counts, probe: counts, classNames: (0..<count).map { "class \($0)" })
    let drawing = ConfusionFigure.markup(confusion).text
    #expect(WellFormed.objection(to: drawing) == nil)
    #expect(drawing.utf8.count < 800_000 && drawing.ranges(of: "<path").count <= 8)
    #expect(drawing.ranges(of: "small-name").count == 2 * count)
    #expect(!ConfusionFigure.hasNames(confusion))
  }

  /// Of a great many cells those with the most rows are drawn.
  @Test func veryManyCells() throws {
    let count = 2_000
    var labels: [Int32] = []
    var predictions: [Int32] = []
    for label in 0..<count {
      for step in 0..<40 {
        labels += [Int32](repeating: Int32(label), count: step == 0 ? 2 : 1)
        predictions += [Int32](
          repeating: Int32((label + 3 * step) % count), count: step == 0 ? 2 : 1)
      }
    }
    let counts = ConfusionCounts(labels: labels, predictions: predictions, classCount: count)
    let confusion = Confusion(
      counts, probe: counts, classNames: (0..<count).map { "class \($0)" })
    let drawing = ConfusionFigure.markup(confusion).text
    #expect(drawing.ranges(of: "v5h-5z").count == ConfusionFigure.mostCells)
    #expect(drawing.utf8.count < 2_500_000 && !drawing.contains("small-name"))
    let section = ConfusionSection.section(.found(confusion)).body.text
    #expect(section.contains("20,000 cells of the fewest rows are not drawn"))
  }
}
