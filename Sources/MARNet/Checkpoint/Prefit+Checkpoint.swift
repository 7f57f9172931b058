// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What a linear prefit found, apart from its arrays.
struct PrefitState: Codable {
  /// The shape of a probe.
  struct ProbeState: Codable {
    var classes: Int
    var width: Int
    var c: Double
  }

  /// A probe with those of its folds.
  struct OutOfFoldState: Codable {
    var folds: [ProbeState]
    var rows: Int
  }

  var image: ProbeState
  var imageSeconds: Double
  var text: ProbeState?
  /// Image, text, teacher.
  var nll: [Double]?
  var imageExponent: Double
  var textExponent: Double
  var gate: Double
  /// Image, text.
  var teacher: [OutOfFoldState]?
}

extension Prefit {
  private static let modalities = ["image", "text"]

  /// - Throws: `DataError.cannotWrite`.
  func save(to path: String) throws {
    var arrays: [(name: String, array: CheckpointFile.Array)] = []
    func put(_ probe: Probe, _ name: String) -> PrefitState.ProbeState {
      for (part, values) in [("weights", probe.weights.values), ("bias", probe.bias)] {
        arrays.append(("\(name).\(part)", .bytes(values.withUnsafeBytes { [UInt8]($0) })))
      }
      return PrefitState.ProbeState(
        classes: probe.weights.rowCount, width: probe.weights.columnCount, c: probe.c)
    }
    func put(_ probe: OutOfFoldProbe, _ name: String) -> PrefitState.OutOfFoldState {
      arrays.append(("\(name).fold_of_row", .bytes(probe.fold)))
      let folds = probe.folds.enumerated().map { put($1, "\(name).fold.\($0)") }
      return PrefitState.OutOfFoldState(folds: folds, rows: probe.fold.count)
    }
    let names = Self.modalities
    let state = PrefitState(
      image: put(imageProbe, names[0]), imageSeconds: imageProbeSeconds,
      text: textProbe.map { put($0, names[1]) }, nll: nll.map { [$0.image, $0.text, $0.teacher] },
      imageExponent: imageExponent, textExponent: textExponent, gate: gate,
      teacher: teacher.map { [put($0.image, names[0]), put($0.text, names[1])] })
    try CheckpointFile.write(state, arrays, to: path)
  }

  /// Reads what `save` wrote.
  ///
  /// - Parameter rows: those of the fit that goes on, for which it must be.
  /// - Throws: `CheckpointFile.Malformed`.
  init(from file: CheckpointFile, of rows: PreparedRows) throws(CheckpointFile.Malformed) {
    let state = try file.description(PrefitState.self)
    let names = Self.modalities
    let reader = ProbeReader(file: file, classes: rows.classCount, rows: rows.rowCount)
    let (imageWidth, textWidth) = (rows.visual.width, rows.text.width)
    let image = try reader.probe(state.image, names[0], width: imageWidth)
    var text: Probe?
    if let found = state.text { text = try reader.probe(found, names[1], width: textWidth) }
    var teacher: Teacher?
    if let found = state.teacher {
      guard found.count == 2, let text else { throw .lacks("the teacher") }
      teacher = Teacher(
        image: try reader.outOfFold(image, found[0], names[0], width: imageWidth),
        text: try reader.outOfFold(text, found[1], names[1], width: textWidth),
        imageExponent: state.imageExponent, textExponent: state.textExponent)
    }
    guard state.nll?.count ?? 3 == 3 else { throw .lacks("the likelihoods") }
    guard state.gate == 0 || state.gate == 1 else { throw .lacks("the gate") }
    self.init(
      imageProbe: image, imageProbeSeconds: state.imageSeconds, textProbe: text,
      nll: state.nll.map { NLL(image: $0[0], text: $0[1], teacher: $0[2]) },
      imageExponent: state.imageExponent, textExponent: state.textExponent, gate: state.gate,
      teacher: teacher)
  }
}

/// Reads the probes of a prefit of `classes` and `rows`.
private struct ProbeReader {
  let file: CheckpointFile
  let classes: Int
  let rows: Int

  func probe(
    _ state: PrefitState.ProbeState, _ name: String, width: Int
  ) throws(CheckpointFile.Malformed) -> Probe {
    guard state.classes == classes, state.width == width, state.c > 0 else { throw .lacks(name) }
    return Probe(
      weights: Matrix(
        rowCount: classes, columnCount: width,
        values: try file.finiteValues("\(name).weights", count: classes * width)),
      bias: try file.finiteValues("\(name).bias", count: classes), c: state.c)
  }

  func outOfFold(
    _ probe: Probe, _ state: PrefitState.OutOfFoldState, _ name: String, width: Int
  ) throws(CheckpointFile.Malformed) -> OutOfFoldProbe {
    guard state.rows == rows, state.folds.count < OutOfFoldProbe.whole else {
      throw .lacks("\(name).fold_of_row")
    }
    var folds: [Probe] = []
    for (index, fold) in state.folds.enumerated() {
      folds.append(try self.probe(fold, "\(name).fold.\(index)", width: width))
    }
    let foldOfRow = try file.values("\(name).fold_of_row", count: rows, of: UInt8.self)
    guard foldOfRow.allSatisfy({ $0 == OutOfFoldProbe.whole || Int($0) < folds.count }) else {
      throw .damaged
    }
    return OutOfFoldProbe(probe, folds: folds, fold: foldOfRow)
  }
}
