// SPDX-License-Identifier: Apache-2.0

/// How one file was understood.
public struct LayoutReport: Sendable, Codable, Equatable {
  /// How its rows are divided into splits.
  public enum Form: String, Sendable, Codable {
    /// A group a split.
    case groups
    /// Columns side by side, and a column or lists that say which row belongs where.
    case flat
    /// Columns side by side, all rows in whichever split is asked for.
    case undivided
    /// A group an item, which only `convert` reads.
    case items
    /// Neither was found.
    case unknown
  }

  /// The path of the file.
  public var path: String
  /// How its rows are divided.
  public var form: Form
  /// What divides the rows of a flat file: a column, or index lists.
  public var splitSources: [String]
  /// What each column is called: "visual", "text", "text_mask", "label", "id", where it is there.
  public var columns: [String: String]

  init(_ file: FileLayout) {
    path = file.path
    splitSources = []
    switch file.form {
    case .groups: form = file.splits.isEmpty ? .unknown : .groups
    case .undivided: form = .undivided
    case .items: form = .items
    case .flat(let sources):
      form = .flat
      splitSources = sources.compactMap(\.object)
    }
    columns = [:]
    for split in Split.allCases {
      guard let layout = try? file.splits[split]?.get() else { continue }
      let present = [
        ("visual", layout.names.visual, (try? layout.visual.get()) != nil),
        ("text", layout.names.text, Self.isThere(layout.text)),
        ("text_mask", layout.names.textMask, Self.isThere(layout.textMask)),
        ("label", layout.names.labels, Self.isThere(layout.labels)),
        ("id", layout.names.id, Self.isThere(layout.ids)),
      ]
      for (role, name, isThere) in present where isThere { columns[role] = name }
    }
  }

  /// Whether a column is there, usable or not: one that a key names may be missing.
  private static func isThere<Part>(_ column: Result<Part, DataError>?) -> Bool {
    switch column {
    case nil, .failure(.missingDataset): false
    case .success, .failure: true
    }
  }
}

/// How a file that is not understood might be meant.
public struct LayoutProposal: Sendable, Codable, Equatable {
  /// The options.
  public var options: LayoutOptions
  /// The command that fits with them, quoted for a shell.
  public var command: String
}
