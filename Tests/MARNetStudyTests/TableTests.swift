// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetStudy
import Testing

/// A report as tables and as CSV.
@Suite struct TableTests {
  private let report: ComparisonReport

  init() throws {
    var options = SmallStudy.options(["ita", "mlp", "self-training"], seeds: 2)
    options.regime.testNoise = [0.5]
    var report = try SmallStudy.report(options, on: try SmallStudy.features())
    report.features = "f.h5"
    for level in report.levels.indices {
      for row in report.levels[level].rows.indices where report.levels[level].rows[row].seeds > 0 {
        Self.fill(&report.levels[level].rows[row], Double(row))
      }
    }
    self.report = report
  }

  /// Numbers that are known.
  private static func fill(_ row: inout ComparisonReport.Row, _ number: Double) {
    row.metrics.top1 = 0.5 + 0.125 * number
    row.metrics.top5 = 1
    row.metrics.balancedAccuracy = 0.25
    row.metrics.nll = 0.75
    row.metrics.ece = 0.0625
    row.top1Error = 0.015625
    row.gain?.mean = 0.125
    row.gain?.low = -0.03125
    row.gain?.high = 0.28125
    row.gain?.isClear = number == 2
    row.parameters = 12_345
    row.fitSeconds = 1.5
    row.rowsPerSecond = 2_000
    row.choices = row.id == "ita" ? [1, 0.3] : nil
  }

  @Test func headingSaysWhatWasComparedOnWhat() {
    #expect(
      report.heading == [
        "f.h5: 200 training rows (200 labelled, 200 with text), 80 test rows of 'test', "
          + "4 classes, 2 seeds."
      ])
    var other = report
    other.testSource = "part of train"
    other.seeds = [4]
    other.regime.labelFraction = 0.1
    other.plugin.training.featureNoise = 1
    #expect(other.heading.count == 4)
    #expect(other.heading[0].contains("kept from 'train', for want of a labelled 'test'"))
    #expect(other.heading[0].hasSuffix("1 seed."))
    #expect(other.heading[1] == "Regime: 10 % of the labels.")
  }

  @Test func everyKindAndLevelHasATable() throws {
    let tables = report.tables
    #expect(
      tables.map(\.title) == [
        "Methods (MARNet's Table 1)", "Baselines",
        "Methods (MARNet's Table 1), test images with noise of 0.5",
        "Baselines, test images with noise of 0.5",
      ])
    #expect(tables[0].rows.map(\.[0]) == ["probe (x_v)", "ITA (InfoNCE)"])
    #expect(
      tables[1].rows.map(\.[0]) == ["probe (x_v)", "image MLP", "self-training, images only"])
    #expect(tables[0].header.count == 13 && tables[2].header.count == 10)
    #expect(
      tables[0].rows[0] == [
        "probe (x_v)", "50.00", "1.56", "", "", "", "25.00", "100.00", "0.750", "6.2", "12,345",
        "1.5", "2,000",
      ])
    #expect(
      tables[2].rows[1] == [
        "ITA (InfoNCE)", "62.50", "1.56", "+12.50", "-3.12 to +28.12", "", "25.00", "100.00",
        "0.750", "6.2",
      ])
    #expect(tables[1].rows[1][5] == "*" && tables[0].rows[1][5] == "")
    #expect(tables[1].rows[2] == ["self-training, images only", "not run"])
    #expect(tables[1].notes == ["self-training, images only: every row has a label."])
    for table in tables {
      #expect(table.rows.allSatisfy { $0.count == table.header.count || $0.count == 2 })
    }
  }

  @Test func oneSeedHasNoErrorOverSeeds() {
    var one = report
    one.levels[0].rows[0].seeds = 1
    #expect(one.tables[0].rows[0][2].isEmpty)
  }

  @Test func markdownIsATable() {
    let table = ReportTable(
      title: "T", header: ["a", "b|c"], rows: [["x", "*"], ["y", "2"]], notes: ["z: w."])
    #expect(
      table.markdown == [
        "**T**", "", "| a | b\\|c |", "| --- | ---: |", "| x | \\* |", "| y | 2 |", "",
        "- z: w.",
      ])
    #expect(ReportTable(title: "T", header: ["a"], rows: []).markdown.last == "| --- |")
  }

  @Test func csvQuotesWhatItMust() throws {
    var quoted = report
    quoted.levels[0].rows[1].notes = ["say \"no\", twice"]
    let lines = quoted.csv.map(Self.cells)
    #expect(lines.count == 1 + 2 * 4)
    #expect(lines.allSatisfy { $0.count == 20 }, "\(lines.map(\.count))")
    let header = lines[0]
    func line(_ id: String) throws -> [String: String] {
      let cells = try #require(lines.first { $0[1] == id })
      return Dictionary(uniqueKeysWithValues: zip(header, cells))
    }
    let ita = try line("ita")
    #expect(ita["table"] == "methods" && ita["title"] == "ITA (InfoNCE)")
    #expect(ita["test_noise"] == "0.0" && ita["seeds"] == "2" && ita["top1"] == "0.625")
    #expect(ita["gain"] == "0.125" && ita["gain_low"] == "-0.03125" && ita["clear"] == "false")
    #expect(ita["ece"] == "0.0625" && ita["parameters"] == "12345" && ita["nll"] == "0.75")
    #expect(ita["fit_seconds"] == "1.5" && ita["rows_per_second"] == "2000.0")
    #expect(ita["choices"] == "1.0 0.3" && ita["notes"] == "say \"no\", twice")
    let probe = try line("probe")
    #expect(probe["gain"] == "" && probe["clear"] == "" && probe["top5"] == "1.0")
    // Its title has a comma, and there is no result.
    let none = try line("self-training")
    #expect(none["title"] == "self-training, images only" && none["seeds"] == "0")
    #expect(none["top1"] == "" && none["notes"] == "every row has a label")
    #expect(quoted.csv.contains { $0.contains("\"self-training, images only\"") })
  }

  /// The cells of a line of CSV, RFC 4180.
  private static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isQuoted = false
    var last: Character?
    for character in line {
      if character == "\"" {
        if !isQuoted, last == "\"" { cells[cells.count - 1].append("\"") }
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
      last = character
    }
    return cells
  }
}
