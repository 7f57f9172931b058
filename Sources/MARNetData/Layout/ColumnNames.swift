// SPDX-License-Identifier: Apache-2.0

/// What the columns of a split are called in a file, as keys say.
struct ColumnNames: Sendable, Equatable {
  var visual = "visual"
  var text = "text"
  var textMask = "text_mask"
  var labels = "label"
  var id = "id"

  /// The canonical names.
  init() {}

  /// The names by the keys of `layout`; labels are called by either of two names, of which
  /// `holds` tells which one is there.
  init(_ layout: LayoutOptions, holds: (String) -> Bool) {
    visual = layout.visualKey ?? visual
    text = layout.textKey ?? text
    labels = layout.labelKey ?? (holds("label") || !holds("labels") ? "label" : "labels")
    id = layout.idKey ?? layout.textJoin?.key ?? id
  }

  /// All that mean something, tokens too.
  var all: [String] { [visual, text, textMask, labels, id] + TokenLayout.names }
}
