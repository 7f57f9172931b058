// SPDX-License-Identifier: Apache-2.0

import CMARNet
import MARNet

/// As `marnet.h` says.
@c @implementation
public func marnet_load(
  _ directory: UnsafePointer<CChar>!, _ model: UnsafeMutablePointer<OpaquePointer?>!
) -> Int32 {
  CallText.answering {
    let target = try required(model)
    guard let directory else {
      throw ArgumentError("the directory is NULL. Pass that of a model.")
    }
    target.pointee = ModelHandles.add(try Model(directory: String(cString: directory)))
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_save(
  _ model: OpaquePointer!, _ directory: UnsafePointer<CChar>!, _ overwrite: Int32
) -> Int32 {
  CallText.answering {
    let handle = try ModelHandles.handle(model)
    guard let directory else { throw ArgumentError("the directory is NULL. Pass one to write.") }
    try handle.model.save(to: String(cString: directory), overwrite: overwrite != 0)
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_sizes(
  _ model: OpaquePointer!, _ classCount: UnsafeMutablePointer<Int64>!,
  _ visualColumns: UnsafeMutablePointer<Int64>!, _ textColumns: UnsafeMutablePointer<Int64>!,
  _ embeddingColumns: UnsafeMutablePointer<Int64>!
) -> Int32 {
  CallText.answering {
    let model = try ModelHandles.handle(model).model
    classCount?.pointee = Int64(model.classNames.count)
    visualColumns?.pointee = Int64(model.visualWidth)
    textColumns?.pointee = Int64(model.textWidth)
    embeddingColumns?.pointee = Int64(model.configuration.alignment.dimension)
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_class_name(
  _ model: OpaquePointer!, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>!, _ size: Int64,
  _ needed: UnsafeMutablePointer<Int64>!
) -> Int32 {
  CallText.answering {
    let names = try ModelHandles.handle(model).model.classNames
    guard index >= 0, index < Int64(names.count) else {
      throw ArgumentError("there is no class \(index): they are 0 to \(names.count - 1).")
    }
    try CallerBuffer.copy(names[Int(index)], into: buffer, size: size, needed: needed)
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_description(
  _ model: OpaquePointer!, _ buffer: UnsafeMutablePointer<CChar>!, _ size: Int64,
  _ needed: UnsafeMutablePointer<Int64>!
) -> Int32 {
  CallText.answering {
    let text = String(
      decoding: try ModelHandles.handle(model).model.descriptionJSON(), as: UTF8.self)
    try CallerBuffer.copy(text, into: buffer, size: size, needed: needed)
  }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_free(_ model: OpaquePointer!) {
  if let model { ModelHandles.remove(model) }
}

/// As `marnet.h` says.
@c @implementation
public func marnet_last_error() -> UnsafePointer<CChar>! { CallText.text }

/// As `marnet.h` says.
@c @implementation
public func marnet_version() -> UnsafePointer<CChar>! { CallText.version }

/// As `marnet.h` says.
@c @implementation
public func marnet_api_version() -> Int32 { MARNET_API_VERSION }
