// SPDX-License-Identifier: Apache-2.0

/// What one record of a TensorBoard file says, as an `Event`.
///
/// Numbers of fields are those of event.proto, summary.proto and tensor.proto
/// (github.com/tensorflow/tensorboard, `tensorboard/compat/proto`).
package enum EventMessage {
  /// The first record of every file: the version of the format.
  package static func version(wallTime: Double) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, double: wallTime)
    event.add(3, "brain.Event:2")
    return event
  }

  /// Says that a run begins at `step`: what earlier files say of this step and later ones is
  /// out of date.
  package static func start(step: Int, wallTime: Double) -> ProtobufMessage {
    var session = ProtobufMessage()
    session.add(1, 1)
    var event = header(step: step, wallTime: wallTime)
    event.add(7, session)
    return event
  }

  /// Numbers by tag, as `simple_value`: what every version of TensorBoard shows as scalars.
  package static func scalars(
    _ values: [(tag: String, value: Double)], step: Int, wallTime: Double
  ) -> ProtobufMessage {
    var summary = ProtobufMessage()
    for (tag, number) in values {
      var value = ProtobufMessage()
      value.add(1, tag)
      value.add(2, float: Float(number))
      summary.add(1, value)
    }
    var event = header(step: step, wallTime: wallTime)
    event.add(5, summary)
    return event
  }

  /// Markdown for the dashboard of texts: a tensor of one string.
  package static func text(
    _ markdown: String, tag: String, step: Int, wallTime: Double
  ) -> ProtobufMessage {
    var plugin = ProtobufMessage()
    plugin.add(1, "text")
    var metadata = ProtobufMessage()
    metadata.add(1, plugin)
    var dimension = ProtobufMessage()
    dimension.add(1, 1)
    var shape = ProtobufMessage()
    shape.add(2, dimension)
    var tensor = ProtobufMessage()
    // DT_STRING.
    tensor.add(1, 7)
    tensor.add(2, shape)
    tensor.add(8, markdown)
    var value = ProtobufMessage()
    value.add(1, tag)
    value.add(9, metadata)
    value.add(8, tensor)
    var summary = ProtobufMessage()
    summary.add(1, value)
    var event = header(step: step, wallTime: wallTime)
    event.add(5, summary)
    return event
  }

  private static func header(step: Int, wallTime: Double) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, double: wallTime)
    event.add(2, Int64(step))
    return event
  }
}
