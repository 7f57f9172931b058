// SPDX-License-Identifier: Apache-2.0

extension LayoutOptions {
  /// The command-line flags that mean these options, quoted for a shell.
  package var flags: [String] {
    var flags: [String] = []
    func add(_ name: String, _ value: String?) {
      if let value { flags += ["--\(name)", shellQuoted(value)] }
    }
    add("visual-key", visualKey)
    add("text-key", textKey)
    add("label-key", labelKey)
    add("id-key", idKey)
    add("split-key", splitKey)
    add("group", group)
    add("visual-pool", visualPool?.rawValue)
    add("text-pool", textPool?.rawValue)
    add("missing-text", missingText == .mask ? nil : missingText.rawValue)
    add("unlabelled", unlabelled == .keep ? nil : unlabelled.rawValue)
    for path in textJoin?.paths ?? [] { add("text", path) }
    add("join", textJoin?.key)
    if textJoin?.replacesText == true { flags.append("--replace-text") }
    if allowsExternalLinks { flags.append("--allow-external-links") }
    return flags
  }

  /// The arguments that name `paths` in this layout, quoted for a shell.
  package func arguments(for paths: [String]) -> String {
    (paths.map(shellQuoted) + flags).joined(separator: " ")
  }
}
