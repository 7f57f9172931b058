// SPDX-License-Identifier: Apache-2.0

import CMARNet
import Foundation
import MARNet

/// As `marnet.h` says.
@c @implementation
public func marnet_fit_file(
  _ path: UnsafePointer<CChar>!, _ configuration: UnsafePointer<CChar>!,
  _ options: UnsafePointer<CChar>!, _ callback: marnet_progress_callback!,
  _ context: UnsafeMutableRawPointer!, _ model: UnsafeMutablePointer<OpaquePointer?>!
) -> Int32 {
  CallText.answering {
    let target = try required(model)
    guard let path else { throw ArgumentError("the path is NULL. Pass that of a feature file.") }
    let call = try FitCall(options, readsFile: true)
    let file = try FeatureFile(
      paths: [String(cString: path)], layout: call.layout, threads: call.threads)
    let trainer = try Trainer(
      configuration: parsed(configuration), threads: call.threads, memory: call.memory)
    target.pointee = ModelHandles.add(
      try trainer.fit(file, progress: handler(callback, context)))
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_fit_rows(
  _ visual: UnsafePointer<marnet_matrix>!, _ text: UnsafePointer<marnet_matrix>!,
  _ hasText: UnsafePointer<UInt8>!, _ labels: UnsafePointer<Int32>!,
  _ classNames: UnsafePointer<UnsafePointer<CChar>?>!, _ classCount: Int64,
  _ configuration: UnsafePointer<CChar>!, _ options: UnsafePointer<CChar>!,
  _ callback: marnet_progress_callback!, _ context: UnsafeMutableRawPointer!,
  _ model: UnsafeMutablePointer<OpaquePointer?>!
) -> Int32 {
  CallText.answering {
    let target = try required(model)
    let images = try CallerRows(visual, named: "visual")
    let words = try text.map { try CallerRows($0, named: "text") }
    if let words, words.rowCount != images.rowCount {
      throw ArgumentError(
        "'text' has \(words.rowCount) rows but 'visual' has \(images.rowCount): they pair one to "
          + "one. Mark rows without text in 'has_text'.")
    }
    guard let labels else { throw ArgumentError("'labels' is NULL. Pass one a row, -1 for none.") }
    let all = 0..<images.rowCount
    let call = try FitCall(options, readsFile: false)
    let rows = try PairedRows(
      visual: images.matrix(all), text: words?.matrix(all),
      hasText: hasText.map { marks in all.map { marks[$0] != 0 } },
      labels: all.map { labels[$0] }, classNames: names(classNames, classCount))
    let trainer = try Trainer(configuration: parsed(configuration), threads: call.threads)
    target.pointee = ModelHandles.add(
      try trainer.fit(rows, progress: handler(callback, context)))
  }
}

/// Where the model goes; NULL until there is one.
func required(
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) throws -> UnsafeMutablePointer<OpaquePointer?> {
  guard let model else { throw ArgumentError("there is no place for the model: 'model' is NULL.") }
  model.pointee = nil
  return model
}

private func names(
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int64
) throws -> [String] {
  guard let names, (1...(1 << 24)).contains(count) else {
    throw ArgumentError("there are \(count) class names, or 'class_names' is NULL.")
  }
  return try (0..<Int(count)).map { index in
    guard let name = names[index] else {
      throw ArgumentError("the name of class \(index) is NULL.")
    }
    return String(cString: name)
  }
}

private func parsed(_ text: UnsafePointer<CChar>?) throws -> Configuration {
  guard let text else { return Configuration() }
  return try Configuration(json: Data(String(cString: text).utf8), path: "the configuration")
}

private func handler(
  _ callback: marnet_progress_callback?, _ context: UnsafeMutableRawPointer?
) -> FitProgressHandler {
  { progress in
    guard let callback else { return .proceed }
    return progress.stage.withCString { stage in
      var told = marnet_progress(
        stage: stage, epoch: Int64(progress.epoch), epoch_count: Int64(progress.epochCount),
        step: Int64(progress.step), step_count: Int64(progress.stepCount),
        loss: progress.losses.first?.value ?? .nan,
        validation_top1: progress.validationTop1 ?? .nan, seconds_left: progress.secondsLeft)
      return callback(&told, context) == 0 ? .proceed : .cancel
    }
  }
}
