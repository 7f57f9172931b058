// SPDX-License-Identifier: Apache-2.0

/// How a feature file is to be understood, where it does not follow the canonical layout.
///
/// Keys are names of datasets: in the group of a split, or, of a flat file, at the root or in
/// `group`. They may contain "/". Without a key the canonical name is meant.
public struct LayoutOptions: Sendable, Equatable, Codable {
  /// How a row of several tokens, `[L, D]`, becomes one of width D.
  public enum Pooling: String, Sendable, Codable, CaseIterable {
    /// The mean over the tokens.
    case mean
    /// The first token, such as a class token.
    case first
    /// The largest value of each column.
    case max
  }

  /// How rows without text are marked.
  public enum MissingText: String, Sendable, Codable, CaseIterable {
    /// By `text_mask` alone.
    case mask
    /// Also by text features that are NaN throughout.
    case nan
  }

  /// What becomes of training rows without a label.
  public enum Unlabelled: String, Sendable, Codable, CaseIterable {
    /// They stay and teach through their text.
    case keep
    /// They are left out.
    case drop
  }

  /// Text that lies in other files and is found there by row identifier.
  public struct TextJoin: Sendable, Codable, Equatable {
    /// The files, or patterns that they match.
    public var paths: [String]
    /// The identifiers there and, unless `LayoutOptions.idKey` says otherwise, beside the
    /// visual features.
    public var key: String
    /// Takes the place of text beside the visual features, which is refused otherwise.
    public var replacesText: Bool

    /// Text of the files at `paths`, by the identifiers `key`.
    public init(paths: [String], key: String, replacesText: Bool = false) {
      self.paths = paths
      self.key = key
      self.replacesText = replacesText
    }
  }

  /// The visual features instead of `visual`.
  public var visualKey: String?
  /// The text features instead of `text`; with `textJoin`, in its files.
  public var textKey: String?
  /// The labels instead of `label` or `labels`.
  public var labelKey: String?
  /// The identifiers instead of `id`.
  public var idKey: String?
  /// Of a flat file: the column of split names, or the group of index lists.
  public var splitKey: String?
  /// The group in which the splits, or the columns of a flat file, lie; nil: the root.
  public var group: String?
  /// Takes visual features of shape [N, L, D]; nil refuses them.
  public var visualPool: Pooling?
  /// Takes text features of shape [N, L, D]; nil refuses them.
  public var textPool: Pooling?
  /// How rows without text are marked.
  public var missingText = MissingText.mask
  /// What becomes of training rows without a label.
  public var unlabelled = Unlabelled.keep
  /// Takes the text of training and validation rows from other files.
  public var textJoin: TextJoin?
  /// Whether links, virtual datasets and external storage may name files outside of the
  /// feature file's own folder.
  public var allowsExternalLinks = false

  /// The canonical layout.
  public init() {}
}
