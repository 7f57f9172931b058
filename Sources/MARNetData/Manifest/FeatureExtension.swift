// SPDX-License-Identifier: Apache-2.0

/// The member `marnet:features`, a JSON literal: what Croissant has no words for.
struct FeatureExtension: Codable {
  /// Features of one kind.
  struct Features: Codable {
    var encoder: String?
    var width: Int?
  }

  /// The flags of the command line that say how a file is read, with underscores.
  struct Layout: Codable {
    var visualKey: String?
    var textKey: String?
    var labelKey: String?
    var idKey: String?
    var splitKey: String?
    var group: String?
    var visualPool: LayoutOptions.Pooling?
    var textPool: LayoutOptions.Pooling?
    var missingText: LayoutOptions.MissingText?
    var unlabelled: LayoutOptions.Unlabelled?

    enum CodingKeys: String, CodingKey {
      case visualKey = "visual_key"
      case textKey = "text_key"
      case labelKey = "label_key"
      case idKey = "id_key"
      case splitKey = "split_key"
      case visualPool = "visual_pool"
      case textPool = "text_pool"
      case missingText = "missing_text"
      case group, unlabelled
    }
  }

  var classes: Int?
  var visual: Features?
  var text: Features?
  var layout: Layout?
  /// What nobody could tell, in words.
  var unknown: [String]?
}

/// One way to compute an encoder's features.
struct EncoderCall: Codable {
  var width: Int?
}

extension LayoutOptions {
  init(_ layout: FeatureExtension.Layout) {
    self.init()
    visualKey = layout.visualKey
    textKey = layout.textKey
    labelKey = layout.labelKey
    idKey = layout.idKey
    splitKey = layout.splitKey
    group = layout.group
    visualPool = layout.visualPool
    textPool = layout.textPool
    missingText = layout.missingText ?? missingText
    unlabelled = layout.unlabelled ?? unlabelled
  }
}

extension FeatureExtension.Layout {
  init(_ options: LayoutOptions) {
    visualKey = options.visualKey
    textKey = options.textKey
    labelKey = options.labelKey
    idKey = options.idKey
    splitKey = options.splitKey
    group = options.group
    visualPool = options.visualPool
    textPool = options.textPool
    missingText = options.missingText == .mask ? nil : options.missingText
    unlabelled = options.unlabelled == .keep ? nil : options.unlabelled
  }
}
