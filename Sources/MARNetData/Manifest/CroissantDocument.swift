// SPDX-License-Identifier: Apache-2.0

/// The part of a Croissant 1.0 document (docs.mlcommons.org/croissant) that a manifest uses, in
/// the compact form that its standard context gives. Other members are passed over.
struct CroissantDocument: Codable {
  /// A value of one element may stand without its list, as in every JSON-LD.
  struct Several<Element: Codable>: Codable {
    var elements: [Element]
    /// Whether a single one is written as a list too.
    private var isList = false

    init(_ element: Element) { elements = [element] }

    init(list elements: [Element]) { (self.elements, isList) = (elements, true) }

    init(from decoder: any Decoder) throws {
      if (try? decoder.unkeyedContainer()) != nil {
        elements = try [Element](from: decoder)
      } else {
        elements = [try Element(from: decoder)]
      }
    }

    func encode(to encoder: any Encoder) throws {
      if elements.count == 1, !isList {
        try elements[0].encode(to: encoder)
      } else {
        try elements.encode(to: encoder)
      }
    }
  }

  /// Text or a whole number; whatever else stands there is nothing that a manifest knows.
  enum Scalar: Codable, Equatable {
    case text(String)
    case number(Int)
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .other
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      case .other: try container.encodeNil()
      }
    }

    var text: String? {
      if case .text(let text) = self { return text }
      return nil
    }
  }

  /// cr:FileObject.
  struct FileObject: Codable {
    var type: Several<String>?
    var id: String?
    var name: Scalar?
    var contentUrl: Scalar?
    var contentSize: Scalar?
    var encodingFormat: Several<Scalar>?
    var sha256: Scalar?

    enum CodingKeys: String, CodingKey {
      case type = "@type"
      case id = "@id"
      case name, contentUrl, contentSize, encodingFormat, sha256
    }
  }

  /// cr:RecordSet with the records in it.
  struct RecordSet: Codable {
    /// {"@id": ...}.
    struct Reference: Codable {
      var id: String
      enum CodingKeys: String, CodingKey { case id = "@id" }
    }

    /// cr:Field.
    struct Field: Codable {
      var type: String
      var id: String
      var name: String
      var dataType: String

      enum CodingKeys: String, CodingKey {
        case type = "@type"
        case id = "@id"
        case name, dataType
      }
    }

    var type: Several<String>?
    var id: String?
    var name: Scalar?
    var dataType: Several<String>?
    var key: Several<Reference>?
    var field: [Field]?
    var data: [[String: Scalar]]?

    enum CodingKeys: String, CodingKey {
      case type = "@type"
      case id = "@id"
      case name, dataType, key, field, data
    }

    init(id: String, dataType: String, fields: [(name: String, type: String)]) {
      type = Several("cr:RecordSet")
      self.id = id
      name = .text(id)
      self.dataType = Several(dataType)
      key = Several(Reference(id: "\(id)/\(fields[0].name)"))
      field = fields.map {
        Field(type: "cr:Field", id: "\(id)/\($0.name)", name: $0.name, dataType: $0.type)
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      type = try container.decodeIfPresent(Several<String>.self, forKey: .type)
      id = try container.decodeIfPresent(String.self, forKey: .id)
      dataType = try container.decodeIfPresent(Several<String>.self, forKey: .dataType)
      // Records of other sets may be anything.
      guard isOf("cr:Split", "Split") || isOf("sc:Enumeration", "Enumeration") else { return }
      data = try container.decodeIfPresent(Several<[String: Scalar]>.self, forKey: .data)?
        .elements
    }

    /// Whether the records are of a type that goes by one of `names`.
    func isOf(_ names: String...) -> Bool {
      dataType?.elements.contains { type in
        names.contains { type == $0 || type.hasSuffix("/" + $0) }
      } ?? false
    }
  }

  var type: Several<String>
  var conformsTo: Several<Scalar>?
  var name: Scalar?
  var description: Scalar?
  var url: Scalar?
  var license: Several<Scalar>?
  var citeAs: Scalar?
  var distribution: Several<FileObject>?
  var recordSet: Several<RecordSet>?
  var features: FeatureExtension?
  /// Of an encoder.
  var calls: [EncoderCall]?

  enum CodingKeys: String, CodingKey {
    case type = "@type"
    case features = "marnet:features"
    case calls = "marnet:calls"
    case conformsTo, name, description, url, license, citeAs, distribution, recordSet
  }

  /// Whether the document is of a type that goes by one of `names`.
  func isOf(_ names: String...) -> Bool { type.elements.contains(where: names.contains) }
}
