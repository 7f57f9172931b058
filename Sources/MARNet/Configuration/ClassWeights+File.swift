// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData

extension ClassWeights {
  /// Reads weights from a file: a JSON object {class name: weight}, or lines of a class and its
  /// weight with a comma or a tab between. Names are those of the features' classes, which are
  /// "0", "1", ... where a feature file does not name them.
  ///
  /// - Throws: `ClassWeightsError`.
  public init(contentsOfFile path: String) throws(ClassWeightsError) {
    let source = ClassWeightsError.Source.file(path: path)
    let bytes: [UInt8]
    do throws(PlainFile.Refusal) {
      bytes = try PlainFile(path).contents(most: JSONLimits.mostBytes)
    } catch {
      throw ClassWeightsError(
        source: source,
        problem: error == .notFound ? .fileNotFound : .unreadable(reason: error.reason))
    }
    var text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
    let isJSON = text.first { !$0.isWhitespace }.map { "{[".contains($0) } ?? false
    let found: [(name: String, weight: Double)]
    do throws(Stop) {
      found = try isJSON ? Self.object(text) : Self.lines(text)
    } catch {
      throw ClassWeightsError(source: source, problem: error.problem)
    }
    var weights: [String: Double] = [:]
    for (name, weight) in found where weights.updateValue(weight, forKey: name) != nil {
      throw ClassWeightsError(source: source, problem: .duplicateClass(name: name))
    }
    self = .byClass(weights)
    if let problem = valueProblem { throw ClassWeightsError(source: source, problem: problem) }
  }

  /// A problem on its way to the place that knows the file.
  private struct Stop: Error {
    let problem: ClassWeightsError.Problem
  }

  /// The pairs of a JSON object, those of one name side by side.
  private static func object(_ text: String) throws(Stop) -> [(name: String, weight: Double)] {
    if let objection = JSONLimits.objection(to: text.utf8) {
      throw Stop(problem: .notAnObject(reason: "is not read: \(objection)"))
    }
    let weights: [String: Double]
    do {
      weights = try JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
    } catch let DecodingError.typeMismatch(_, context) where !context.codingPath.isEmpty {
      throw notANumber(context)
    } catch let DecodingError.valueNotFound(_, context) where !context.codingPath.isEmpty {
      throw notANumber(context)
    } catch let DecodingError.dataCorrupted(context) where !context.codingPath.isEmpty {
      throw notANumber(context)
    } catch DecodingError.typeMismatch {
      throw Stop(problem: .notAnObject(reason: "is a JSON array"))
    } catch {
      throw Stop(problem: .notAnObject(reason: "is not JSON that can be read"))
    }
    // The decoder keeps one value of a name. All strings of a flat object are names.
    var seen: Set<String> = []
    for match in text.matches(of: #/"(?:[^"\\]|\\.)*"/#) {
      let fragment = Data(text[match.range].utf8)
      guard let name = try? JSONDecoder().decode(String.self, from: fragment) else { continue }
      if !seen.insert(name).inserted { throw Stop(problem: .duplicateClass(name: name)) }
    }
    return weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func notANumber(_ context: DecodingError.Context) -> Stop {
    Stop(
      problem: .invalidWeight(
        className: context.codingPath.map(\.stringValue).joined(separator: "."),
        found: "not a number that can be read"))
  }

  /// The pairs of lines; names may stand in double quotes, and a header is left out.
  private static func lines(_ text: String) throws(Stop) -> [(name: String, weight: Double)] {
    var result: [(name: String, weight: Double)] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated() where line.contains(where: { !$0.isWhitespace })
    {
      let separator: Character = line.contains("\t") ? "\t" : ","
      guard let place = line.lastIndex(of: separator) else {
        throw Stop(problem: .malformedLine(index + 1, found: String(line)))
      }
      let name = unquoted(line[..<place].trimmingCharacters(in: .whitespaces))
      let value = line[line.index(after: place)...].trimmingCharacters(in: .whitespaces)
      if result.isEmpty, name == "class", value == "weight" { continue }
      guard !name.isEmpty, !value.isEmpty else {
        throw Stop(problem: .malformedLine(index + 1, found: String(line)))
      }
      guard let weight = Double(value) else {
        throw Stop(problem: .invalidWeight(className: name, found: "'\(value)'"))
      }
      result.append((name, weight))
    }
    return result
  }

  private static func unquoted(_ name: String) -> String {
    guard name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") else { return name }
    return String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
