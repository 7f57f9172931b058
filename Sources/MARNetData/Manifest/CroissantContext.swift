// SPDX-License-Identifier: Apache-2.0

/// The standard context of Croissant 1.0, and one term of this program's own.
enum CroissantContext {
  /// What a term stands for.
  enum Term: Encodable {
    case name(String)
    case typed(String, type: String)

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .name(let name):
        var container = encoder.singleValueContainer()
        try container.encode(name)
      case .typed(let id, let type):
        try ["@id": id, "@type": type].encode(to: encoder)
      }
    }
  }

  /// Names of Croissant's vocabulary that stand without their prefix.
  private static let ownNames = [
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty",
    "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "separator", "source", "subField", "transform",
  ]

  static let terms: [String: Term] = {
    var terms: [String: Term] = [
      "@language": .name("en"), "@vocab": .name("https://schema.org/"),
      "conformsTo": .name("dct:conformsTo"), "cr": .name("http://mlcommons.org/croissant/"),
      "data": .typed("cr:data", type: "@json"),
      "dataType": .typed("cr:dataType", type: "@vocab"),
      "dct": .name("http://purl.org/dc/terms/"),
      "examples": .typed("cr:examples", type: "@json"),
      "marnet": .name("urn:marnet-plugin:manifest#"),
      "marnet:features": .typed("marnet:features", type: "@json"),
      "rai": .name("http://mlcommons.org/croissant/RAI/"), "sc": .name("https://schema.org/"),
    ]
    for name in ownNames { terms[name] = .name("cr:\(name)") }
    return terms
  }()
}
