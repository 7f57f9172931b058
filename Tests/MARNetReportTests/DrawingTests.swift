// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetReport
import Testing

/// Markup, axes, names and colours.
@Suite struct DrawingTests {
  @Test func textIsEscapedOnItsWayIn() {
    let name = "<script>alert('x & \"y\"')</script>"
    let markup: Markup = "<b title=\"\(name)\">\(name)</b>"
    let escaped = "&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script&gt;"
    #expect(markup.text == "<b title=\"\(escaped)\">\(escaped)</b>")
    let inner: Markup = "<i>\(name)</i>"
    let outer: Markup = "<p>\(inner)\([inner, inner])</p>"
    #expect(outer.text == "<p><i>\(escaped)</i><i>\(escaped)</i><i>\(escaped)</i></p>")
  }

  /// What neither XML nor a reader can bear becomes the replacement character.
  @Test(arguments: [
    ("a\u{0}b", "a\u{FFFD}b"), ("\u{1B}[31m", "\u{FFFD}[31m"), ("\u{202E}x", "\u{FFFD}x"),
    ("\u{2067}x", "\u{FFFD}x"), ("\u{FFFE}", "\u{FFFD}"), ("\u{85}", "\u{FFFD}"),
    ("a\tb\nc", "a\tb\nc"), ("日本 ﷺ é", "日本 ﷺ é"),
  ])
  func charactersThatMayNotBe(found: String, shown: String) {
    #expect(Markup(found).text == shown)
  }

  @Test(arguments: [
    (0.0, "0"), (1.25, "1.3"), (-0.04, "0"), (-3.55, "-3.6"), (12, "12"), (.nan, "0"),
    (.infinity, "0"), (1e12, "0"),
  ])
  func lengths(value: Double, text: String) { #expect(Markup.length(value) == text) }

  @Test func ticksAreRoundAndWithin() {
    let axis = Axis(0.13...0.87, from: 0, to: 100, ticks: 4)
    #expect(axis.ticks.map(axis.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(axis.place(0) == 0 && axis.place(1) == 100)
    let tight = Axis(1...47, from: 10, to: 20, ticks: 4, widens: false)
    #expect(tight.ticks.map(tight.label) == ["20", "40"])
    #expect(tight.place(1) == 10 && tight.place(47) == 20)
    let down = Axis(-3...3, from: 100, to: 0, ticks: 6)
    #expect(down.label(-1) == "\u{2212}1" && down.place(-3) == 100)
  }

  @Test(arguments: [0.0, 5, -2, 1e-9, 1e9])
  func oneValueHasAnAxisToo(value: Double) {
    let axis = Axis(value...value, from: 0, to: 100)
    #expect(axis.place(value) > 0 && axis.place(value) < 100 && axis.ticks.count > 1)
  }

  @Test func namesAreCutToTheirPlace() {
    #expect(ShortName.of("apple", width: 80) == "apple")
    let long = String(repeating: "apple ", count: 20)
    let cut = ShortName.of(long, width: 80)
    #expect(cut.hasSuffix("…") && long.hasPrefix(cut.dropLast()))
    #expect(12 * ShortName.width(of: cut) <= 82 && cut.count > 6)
    #expect(ShortName.of(long, width: 80, isBold: true).count < cut.count)
    #expect(ShortName.of("日本語のとても長い名前", width: 50).count <= 5)
  }

  @Test func partsOfAListAreSpreadEvenly() {
    #expect(EvenSpread.of(Array(0..<10), most: 4) == [0, 2, 5, 7])
    #expect(EvenSpread.of([1, 2], most: 4) == [1, 2])
    #expect(EvenSpread.withLast(Array(0..<101), most: 3) == [0, 50, 100])
  }

  /// 4.5 to 1 for text, 3 to 1 for marks (WCAG 2.2, 1.4.3 and 1.4.11), light and dark.
  @Test(arguments: [true, false])
  func contrasts(isLight: Bool) throws {
    func colour(_ name: String) throws -> [Double] {
      let found = try #require(Style.colours.first { $0.name == name })
      return try Self.channels(isLight ? found.light : found.dark)
    }
    let texts = [
      "ink", "soft", "accent", "probe", "alignment", "reconstruction", "gain", "loss",
    ]
    for text in texts {
      for ground in ["panel", "page"] {
        let contrast = Self.contrast(try colour(text), try colour(ground))
        #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
      }
    }
    for mark in ["control"] + (0..<8).map({ "k\($0)" }) {
      let contrast = Self.contrast(try colour(mark), try colour("panel"))
      #expect(contrast >= 3, "\(mark): \(contrast)")
    }
    #expect(Self.contrast(try colour("ink"), try colour("tint")) >= 4.5)
    for (index, opacity) in Style.shades.enumerated() {
      let cell = zip(try colour("accent"), try colour("page"))
        .map { opacity * $0 + (1 - opacity) * $1 }
      let text = try colour(index >= Style.firstInverse ? "on-accent" : "ink")
      let contrast = Self.contrast(text, cell)
      #expect(contrast >= 4.5, "shade \(index): \(contrast)")
    }
  }

  /// Of "#rrggbb", 0 to 255.
  private static func channels(_ text: String) throws -> [Double] {
    let number = try #require(Int(text.dropFirst(), radix: 16))
    return [number >> 16, number >> 8 & 255, number & 255].map(Double.init)
  }

  private static func contrast(_ a: [Double], _ b: [Double]) -> Double {
    let (first, second) = (luminance(a), luminance(b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  private static func luminance(_ channels: [Double]) -> Double {
    let linear = channels.map { channel -> Double in
      let value = channel / 255
      return value <= 0.04045
        ? value / 12.92 : Power.of((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
}
