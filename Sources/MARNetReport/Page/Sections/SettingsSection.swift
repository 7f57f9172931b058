// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The configuration.
package enum SettingsSection {
  package static func section(_ content: Settings) -> Section {
    var identity = Table(
      "Fingerprints tell models and rows from others.", header: ["", "value"], isWords: true)
    for one in content.identity {
      identity.add("\(one.name)", [Table.Cell("<code>\(one.value)</code>")])
    }
    var all = Table(
      "Every hyper-parameter; docs/configuration.md says what each is.",
      header: ["name", "value"], isWords: true)
    for value in content.values {
      all.add("<code>\(value.key)</code>", [Table.Cell("<code>\(value.value)</code>")])
    }
    return Section(
      "settings", "Configuration", short: "Configuration",
      """
      <p class="lede">Preset <code>\(content.presetName)</code>\(changes(content)).</p>
      \(identity.markup)<details class="long"><summary>All \(content.values.count) values</summary>\
      \(all.markup)</details>

      """)
  }

  private static func changes(_ content: Settings) -> Markup {
    guard !content.changed.isEmpty else { return ", nothing changed" }
    let items = content.changed.map { value -> Markup in
      """
      <code>\(value.key)</code> is <code>\(value.value)</code> (preset: \
      <code>\(value.preset ?? "")</code>)
      """
    }
    return ", with changes: \(items.joined(separator: "; "))"
  }
}
