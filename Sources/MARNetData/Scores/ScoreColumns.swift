// SPDX-License-Identifier: Apache-2.0

/// What a score file holds, known before its first row.
package struct ScoreColumns: Sendable {
  /// Number of rows that will be written, N; nil where only their end tells, for CSV and JSON
  /// Lines.
  package var rowCount: Int?
  /// Names of the C classes.
  package var classNames: [String]
  /// Write only the k most probable classes of each row; nil writes all C.
  package var topK: Int?
  /// The kind of row identifiers; nil without any.
  package var idKind: RowIDs.Kind?
  /// Columns of the aligned embedding (x_EMA); nil leaves it out.
  package var embeddingWidth: Int?
  /// Columns of the reconstructed text feature (x_CDR); nil leaves it out.
  package var reconstructionWidth: Int?
  /// What the scores come from, by name: root attributes of an HDF5 file. Scores of other
  /// attributes are other scores: no run goes on with them.
  package var attributes: [String: ScoreAttribute]

  /// Describes a score file of `rowCount` rows.
  package init(
    rowCount: Int?, classNames: [String], topK: Int? = nil, idKind: RowIDs.Kind? = nil,
    embeddingWidth: Int? = nil, reconstructionWidth: Int? = nil,
    attributes: [String: ScoreAttribute] = [:]
  ) {
    precondition(topK ?? 1 > 0, "top-k needs k of 1 or more; got \(topK ?? 0)")
    self.rowCount = rowCount
    self.classNames = classNames
    self.topK = topK.map { min($0, classNames.count) }
    self.idKind = idKind
    self.embeddingWidth = embeddingWidth
    self.reconstructionWidth = reconstructionWidth
    self.attributes = attributes
  }

  /// All that tells these scores, in `format`, from others.
  func facts(in format: ScoreFormat) -> ScoreFacts {
    var names = ContentHash()
    for name in classNames {
      names.update([Int64(name.utf8.count)])
      names.update(Array(name.utf8))
    }
    let ids =
      switch idKind {
      case .integers?: "integers"
      case .strings?: "strings"
      case nil: ScoreFacts.nothing
      }
    func number(_ value: Int?) -> String { value.map(String.init) ?? ScoreFacts.nothing }
    var facts = ScoreFacts(attributes.mapValues(\.description))
    facts["format"] = format.rawValue
    facts["number of rows"] = number(rowCount)
    facts["number of classes"] = String(classNames.count)
    facts["hash of the class names"] = String(names.value, radix: 16)
    facts["top-k"] = number(topK)
    facts["kind of identifiers"] = ids
    facts["width of the embedding"] = number(embeddingWidth)
    facts["width of the reconstruction"] = number(reconstructionWidth)
    return facts
  }
}
