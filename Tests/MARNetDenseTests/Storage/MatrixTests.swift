// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import TestSupport
import Testing

@Suite struct MatrixTests {
  @Test func copiesAreIndependent() {
    let original = Matrix(rows: [[1, 2], [3, 4]])
    var copy = original
    copy[0, 1] = 9
    var filled = original
    filled.mutableView().fill(7)
    var doubled = original
    doubled.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] *= 2 } }
    #expect(original.values == [1, 2, 3, 4])
    #expect(copy.values == [1, 9, 3, 4])
    #expect(filled.values == [7, 7, 7, 7])
    #expect(doubled.values == [2, 4, 6, 8])
  }

  @Test func elementsAreRowMajor() {
    let matrix = Matrix(rowCount: 2, columnCount: 3, values: [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4 && matrix.row(1) == [4, 5, 6])
    #expect(matrix == Matrix(rows: [[1, 2, 3], [4, 5, 6]]))
    #expect(matrix != Matrix(rows: [[1, 2], [3, 4], [5, 6]]), "the shape counts")
  }

  @Test func rowsAreTakenInTheOrderAsked() {
    let matrix = Matrix(rows: [[1, 2], [3, 4], [5, 6]])
    #expect(matrix.rows(at: [2, 0, 2]) == Matrix(rows: [[5, 6], [1, 2], [5, 6]]))
    #expect(matrix.rows(at: []).rowCount == 0)
  }

  @Test func emptyMatricesExist() {
    #expect(Matrix(rows: []).values.isEmpty)
    #expect(Matrix(rowCount: 0, columnCount: 5).columnCount == 5)
    #expect(Matrix(rowCount: 3, columnCount: 0).row(2).isEmpty)
  }

  @Test func storageStandsOnACacheLine() {
    for count in [1, 3, 16, 1000] {
      let matrix = Matrix(rowCount: 1, columnCount: count, repeating: 2)
      #expect(UInt(bitPattern: matrix.view.pointer) % 64 == 0)
      #expect(matrix.values == [Float](repeating: 2, count: count))
    }
  }

  @Test func viewsAreWindows() {
    var matrix = Matrix(rowCount: 3, columnCount: 4, values: (0..<12).map { Float($0) })
    let view = matrix.mutableView()
    let window = view.rows(1..<3).columns(1..<3)
    #expect(window.shape == "[2, 2]")
    #expect(window.matrix() == Matrix(rows: [[5, 6], [9, 10]]))
    window.fill(-1)
    view.rows(0..<1).columns(0..<2).copy(from: window.rows(0..<1))
    #expect(matrix.values == [-1, -1, 2, 3, 4, -1, -1, 7, 8, -1, -1, 11])
  }

  @Test func workspacesGiveZeroedMatricesThatDoNotOverlap() {
    var workspace = Workspace()
    let shapes = [(3, 5), (0, 4), (1, 16), (7, 1)]
    let slots = shapes.map { workspace.reserve($0.0, $0.1) }
    workspace.make()
    for (slot, shape) in zip(slots, shapes) {
      let view = workspace[slot]
      #expect(view.rowCount == shape.0 && view.columnCount == shape.1)
      #expect(UInt(bitPattern: view.pointer) % 64 == 0)
      #expect(view.matrix() == Matrix(rowCount: shape.0, columnCount: shape.1))
    }
    for (number, slot) in slots.enumerated() { workspace[slot].fill(Float(number + 1)) }
    for (number, slot) in slots.enumerated() {
      #expect(workspace[slot].matrix().values.allSatisfy { $0 == Float(number + 1) })
    }
  }
}
