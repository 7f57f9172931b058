// SPDX-License-Identifier: Apache-2.0

/// What a score file holds, known before its first row.
public struct ScoreColumns: Sendable {
  /// Number of rows that will be written, N.
  public var rowCount: Int
  /// Names of the C classes.
  public var classNames: [String]
  /// Write only the k most probable classes of each row; nil writes all C.
  public var topK: Int?
  /// The kind of row identifiers; nil without any.
  public var idKind: RowIDs.Kind?
  /// Columns of the aligned embedding (x_EMA); nil leaves it out.
  public var embeddingWidth: Int?
  /// Columns of the reconstructed text feature (x_CDR); nil leaves it out.
  public var reconstructionWidth: Int?
  /// Root attributes of an HDF5 file, such as tool and model fingerprint.
  public var attributes: [String: String]

  /// Describes a score file of `rowCount` rows.
  public init(
    rowCount: Int, classNames: [String], topK: Int? = nil, idKind: RowIDs.Kind? = nil,
    embeddingWidth: Int? = nil, reconstructionWidth: Int? = nil,
    attributes: [String: String] = [:]
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
}
