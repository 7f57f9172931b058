// SPDX-License-Identifier: Apache-2.0

/// What feature files are expected to hold: a Croissant document with an extension, or what one
/// encoder gives (docs/manifests.md).
///
/// What is nil or empty is unknown, and nothing is compared with it.
public struct FeatureManifest: Sendable, Equatable {
  /// A file of features.
  public struct File: Sendable, Equatable {
    /// Its name, without folders.
    public var name: String
    /// Its size in bytes.
    public var byteCount: Int?
    /// SHA-256 of its bytes, 64 hexadecimal digits in lower case.
    public var sha256: String?

    /// A file called `name`.
    public init(name: String, byteCount: Int? = nil, sha256: String? = nil) {
      self.name = name
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  /// Rows of one split.
  public struct Rows: Sendable, Equatable {
    /// Which split.
    public var split: Split
    /// Rows.
    public var count: Int?
    /// Rows with a label.
    public var labelled: Int?
    /// Rows with text.
    public var withText: Int?

    /// Rows of `split`.
    public init(split: Split, count: Int? = nil, labelled: Int? = nil, withText: Int? = nil) {
      self.split = split
      self.count = count
      self.labelled = labelled
      self.withText = withText
    }
  }

  /// Features of one kind.
  public struct Features: Sendable, Equatable {
    /// What made them, in words.
    public var encoder: String?
    /// Columns; several where an encoder comes in several sizes.
    public var widths: [Int]

    /// Features that `encoder` makes.
    public init(encoder: String? = nil, widths: [Int] = []) {
      self.encoder = encoder
      self.widths = widths
    }
  }

  /// What the data set is called.
  public var name: String
  /// What it is, in a sentence.
  public var summary: String?
  /// Its page.
  public var url: String?
  /// Its licence: an address, or words.
  public var license: String?
  /// The work to cite.
  public var citation: String?
  /// The files, where they are known.
  public var files: [File]?
  /// The splits, where they are known, in the order train, val, test.
  public var splits: [Rows]?
  /// Number of classes.
  public var classCount: Int?
  /// Names of the classes, in the order of their indices.
  public var classNames: [String]?
  /// The visual features.
  public var visual = Features()
  /// The text features.
  public var text = Features()
  /// How files are to be read: keys, group, pooling and missing text. External links and text in
  /// other files are no part of a manifest.
  public var layout = LayoutOptions()

  /// A manifest that knows the name alone.
  public init(name: String) { self.name = name }

  /// Whether there is anything that a file can be compared with.
  var comparesAnything: Bool {
    files?.isEmpty == false || splits?.isEmpty == false || classCount != nil
      || classNames != nil || !visual.widths.isEmpty || !text.widths.isEmpty
  }
}

extension LayoutOptions {
  /// These options, and those of a manifest where nothing is said here.
  public func filled(by manifest: LayoutOptions) -> LayoutOptions {
    var filled = self
    filled.visualKey = visualKey ?? manifest.visualKey
    // With a join, the names are those of the other files.
    if textJoin == nil { filled.textKey = textKey ?? manifest.textKey }
    filled.labelKey = labelKey ?? manifest.labelKey
    if textJoin == nil { filled.idKey = idKey ?? manifest.idKey }
    filled.splitKey = splitKey ?? manifest.splitKey
    filled.group = group ?? manifest.group
    filled.visualPool = visualPool ?? manifest.visualPool
    filled.textPool = textPool ?? manifest.textPool
    if missingText == .mask { filled.missingText = manifest.missingText }
    if unlabelled == .keep { filled.unlabelled = manifest.unlabelled }
    return filled
  }
}
