// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Testing

/// Our own mistakes trap. The texts are printed by debug builds only.
@Suite struct DensePreconditionTests {
  @Test func productsOfUnfitShapesTrap() async {
    await #expect(processExitsWith: .failure) {
      let a = Matrix(rowCount: 2, columnCount: 3)
      let b = Matrix(rowCount: 2, columnCount: 4)
      var c = Matrix(rowCount: 2, columnCount: 2)
      Product.rowsTimesRows(a.view, b.view, into: c.mutableView())
    }
  }

  @Test func elementsOutsideAMatrixTrap() async {
    await #expect(processExitsWith: .failure) {
      let matrix = Matrix(rowCount: 2, columnCount: 3)
      print(matrix[0, 3])
    }
    await #expect(processExitsWith: .failure) {
      print(Matrix(rowCount: 2, columnCount: 3).rows(at: [2]).rowCount)
    }
  }

  @Test func matricesOfTheWrongCountTrap() async {
    await #expect(processExitsWith: .failure) {
      print(Matrix(rowCount: 2, columnCount: 2, values: [1, 2, 3]).rowCount)
    }
    await #expect(processExitsWith: .failure) { print(Matrix(rows: [[1, 2], [3]]).rowCount) }
  }

  @Test func workspacesUsedBeforeTheyAreMadeTrap() async {
    await #expect(processExitsWith: .failure) {
      var workspace = Workspace()
      let slot = workspace.reserve(1, 1)
      print(workspace[slot].shape)
    }
  }

  @Test func poolsWithoutThreadsTrap() async {
    await #expect(processExitsWith: .failure) { print(WorkerPool(threads: 0).threadCount) }
  }

  @Test func dropoutOfEverythingTraps() async {
    await #expect(processExitsWith: .failure) {
      print(Dropout(probability: 1, key: RandomKey(seed: 0), purpose: 0).probability)
    }
  }

  @Test func tagsOutOfRangeTrap() async {
    await #expect(processExitsWith: .failure) { print(RandomKey.tag(purpose: 1, draw: 4096)) }
  }
}
