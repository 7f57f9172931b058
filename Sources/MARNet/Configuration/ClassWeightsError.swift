// SPDX-License-Identifier: Apache-2.0

/// Class weights that cannot be used.
public struct ClassWeightsError: CodedError, Sendable, Equatable {
  /// Where the weights stand.
  public enum Source: Sendable, Equatable {
    /// A file of weights.
    case file(path: String)
    /// The key `training.class_weights` of the configuration.
    case configuration
  }

  /// What is wrong with them.
  public enum Problem: Sendable, Equatable {
    /// There is no such file.
    case fileNotFound
    /// A file that the system does not read.
    case unreadable(reason: String)
    /// JSON that is not one object of numbers.
    case notAnObject(reason: String)
    /// A line, counted from 1, that is not a class and a weight.
    case malformedLine(Int, found: String)
    /// A weight that is not a number above 0.
    case invalidWeight(className: String, found: String)
    /// A class named twice.
    case duplicateClass(name: String)
    /// A name that no class has.
    case unknownClass(name: String, nearest: String?)
    /// Classes without a weight: the first, and how many there are.
    case missingClasses(first: String, count: Int)
  }

  /// Where the weights stand.
  public var source: Source
  /// What is wrong with them.
  public let problem: Problem

  /// The coarse kind, for exit statuses.
  public var failureCode: Failure.Code {
    switch (source, problem) {
    case (_, .fileNotFound): .notFound
    case (_, .unreadable): .inputOutput
    case (.file, _): .data
    case (.configuration, _): .configuration
    }
  }

  /// Where, what was found, what was needed, one remedy.
  public var description: String { "\(place): \(finding)" }

  private var place: String {
    switch source {
    case .file(let path): path
    case .configuration: "configuration: 'training.class_weights'"
    }
  }

  private var finding: String {
    switch problem {
    case .fileNotFound:
      return "no such file. Give a file of class weights, or 'balanced' or 'none'."
    case .unreadable(let reason):
      return "cannot be read: \(reason). Give a readable file of class weights."
    case .notAnObject(let reason):
      return
        "\(reason), where class weights need one object such as {\"apple\": 1, \"pear\": 2.5}. "
        + "Write one number for each class."
    case .malformedLine(let line, let found):
      return "line \(line) is '\(found)', not a class and its weight with a comma or a tab "
        + "between. Write one line such as 'apple,2.5' for each class."
    case .invalidWeight(let name, let found):
      return "the weight of class '\(name)' is \(found) but must be a number above 0. "
        + "Give 1 to a class that is to count as it is."
    case .duplicateClass(let name):
      return "names class '\(name)' twice. Keep one of its weights."
    case .unknownClass(let name, let nearest):
      let hint = nearest.map { "Did you mean '\($0)'?" } ?? "Take it out."
      return "names '\(name)', which is not a class of the features. " + hint
    case .missingClasses(let first, let count):
      let others =
        count > 1 ? " (and for \(count - 1) other \(count == 2 ? "class" : "classes"))" : ""
      return "has no weight for class '\(first)'\(others), but every class needs one. "
        + "Add it; 1 leaves a class as it is."
    }
  }
}
