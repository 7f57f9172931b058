// SPDX-License-Identifier: Apache-2.0

import MARNet
import Synchronization

/// What a `marnet_model *` stands for: a model and scorers that are ready for it.
///
final class ModelHandle: Sendable {
  let model: Model
  private let idle = Mutex<[IdleScorer]>([])

  /// Beyond these a scorer is made for its call alone.
  private static let mostIdle = 8

  init(_ model: Model) { self.model = model }

  /// Runs `body` with a scorer that nobody else uses meanwhile.
  func withScorer(
    _ options: ScoringCall, _ body: (ModelScorer) throws -> Void
  ) throws {
    let ready = idle.withLock { idle -> IdleScorer? in
      guard let place = idle.firstIndex(where: { $0.options == options.key }) else { return nil }
      return idle.remove(at: place)
    }
    let used =
      try ready
      ?? IdleScorer(
        options: options.key,
        scorer: ModelScorer(model, options: options.scoring, threads: options.threads))
    try body(used.scorer)
    idle.withLock { idle in
      if idle.count < Self.mostIdle { idle.append(used) }
    }
  }
}

/// `@unchecked Sendable`: whoever takes it out of the handle is alone with it.
private struct IdleScorer: @unchecked Sendable {
  let options: String
  let scorer: ModelScorer
}

/// The models that callers have. A pointer they hold is a number that is never used again: one of a
/// model that was freed is told apart from every other.
enum ModelHandles {
  private struct Table {
    var handles: [UInt: ModelHandle] = [:]
    var next: UInt = 16
  }

  private static let table = Mutex(Table())

  static func add(_ model: Model) -> OpaquePointer? {
    table.withLock { table in
      let number = table.next
      table.next += 16
      table.handles[number] = ModelHandle(model)
      return OpaquePointer(bitPattern: number)
    }
  }

  /// - Throws: `ArgumentError` when it is no model.
  static func handle(_ pointer: OpaquePointer?) throws -> ModelHandle {
    guard let pointer else {
      throw ArgumentError("the model is NULL. Pass one that was loaded or fitted.")
    }
    guard let handle = table.withLock({ $0.handles[UInt(bitPattern: pointer)] }) else {
      throw ArgumentError("the model was freed, or is none. Pass one that was loaded or fitted.")
    }
    return handle
  }

  static func remove(_ pointer: OpaquePointer) {
    _ = table.withLock { $0.handles.removeValue(forKey: UInt(bitPattern: pointer)) }
  }
}
