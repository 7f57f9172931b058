// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// A JSON object of options, each of which is taken once; what is left over is unknown.
struct CallOptions {
  private var values: [String: Any]

  /// - Throws: `ArgumentError` for text that is no JSON object.
  init(_ text: UnsafePointer<CChar>?) throws {
    guard let text else {
      values = [:]
      return
    }
    let parsed = try? JSONSerialization.jsonObject(with: Data(String(cString: text).utf8))
    guard let object = parsed as? [String: Any] else {
      throw ArgumentError("the options are no JSON object. Pass one such as {\"threads\": 2}.")
    }
    values = object.filter { !($0.value is NSNull) }
  }

  mutating func take<Value>(_ name: String, _ what: String, as type: Value.Type) throws -> Value? {
    guard let value = values.removeValue(forKey: name) else { return nil }
    guard let value = value as? Value else {
      throw ArgumentError("option '\(name)' is \(value) but must be \(what).")
    }
    return value
  }

  mutating func string(_ name: String) throws -> String? {
    try take(name, "a string", as: String.self)
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type
  ) throws -> Choice? where Choice.RawValue == String {
    guard let text = try string(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ArgumentError("option '\(name)' is '\(text)' but must be one of \(known).")
    }
    return choice
  }

  mutating func threads() throws -> Int? {
    guard let threads = try take("threads", "a whole number", as: Int.self) else { return nil }
    guard (1...1024).contains(threads) else {
      throw ArgumentError("option 'threads' is \(threads) but must be from 1 to 1024.")
    }
    return threads
  }

  /// - Throws: `ArgumentError` where something was not taken.
  func finish() throws {
    if let name = values.keys.sorted().first {
      throw ArgumentError("option '\(name)' is not known. Leave it out; marnet.h lists them.")
    }
  }
}

/// The options of `marnet_score`.
struct ScoringCall {
  /// Equal for equal options.
  let key: String
  let scoring: ScoringOptions
  let threads: Int?

  init(_ text: UnsafePointer<CChar>?, includesFeatures: Bool) throws {
    key = (text.map { String(cString: $0) } ?? "") + (includesFeatures ? "+" : "")
    var options = try CallOptions(text)
    var scoring = ScoringOptions()
    scoring.draws = try options.take("draws", "a whole number", as: Int.self)
    scoring.seed = try options.take("seed", "a whole number of 0 or more", as: UInt64.self)
    scoring.sampler = try options.choice("sampler", SamplingOptions.Method.self)
    scoring.steps = try options.take("steps", "a whole number", as: Int.self)
    scoring.precision = try options.choice("precision", ProductPrecision.self) ?? .auto
    scoring.includesFeatures = includesFeatures
    self.scoring = scoring
    threads = try options.threads()
    try options.finish()
  }
}

/// The options of the fits.
struct FitCall {
  var threads: Int?
  var memory: MemoryBudget?
  var layout = LayoutOptions()

  init(_ text: UnsafePointer<CChar>?, readsFile: Bool) throws {
    var options = try CallOptions(text)
    threads = try options.threads()
    if readsFile {
      if let size = try options.string("memory") {
        guard let budget = MemoryBudget(size) else {
          throw ArgumentError("option 'memory' is '\(size)' but must be a size such as 2G.")
        }
        memory = budget
      }
      layout.visualKey = try options.string("visual_key")
      layout.textKey = try options.string("text_key")
      layout.labelKey = try options.string("label_key")
      layout.idKey = try options.string("id_key")
      layout.splitKey = try options.string("split_key")
      layout.group = try options.string("group")
      layout.visualPool = try options.choice("visual_pool", LayoutOptions.Pooling.self)
      layout.textPool = try options.choice("text_pool", LayoutOptions.Pooling.self)
      layout.missingText =
        try options.choice("missing_text", LayoutOptions.MissingText.self) ?? .mask
      layout.unlabelled = try options.choice("unlabelled", LayoutOptions.Unlabelled.self) ?? .keep
      layout.allowsExternalLinks =
        try options.take("allow_external_links", "true or false", as: Bool.self) ?? false
    }
    try options.finish()
  }
}
