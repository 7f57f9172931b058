// SPDX-License-Identifier: Apache-2.0

#if MPI
  /// Sums under way, in the order in which they were begun.
  final class SumQueue {
    private let job: MPIJob
    private let pieceBytes: Int
    private var pieces: [SumPiece] = []
    /// Pieces whose exchange has ended.
    private var exchangedCount = 0
    /// Pieces that are sums.
    private var summedCount = 0
    /// Where earlier pieces received, to be used again: every step has the same sums.
    private var spare: [(bytes: UnsafeMutableRawPointer, capacity: Int)] = []

    init(job: MPIJob, pieceBytes: Int) {
      self.job = job
      self.pieceBytes = pieceBytes
    }

    deinit {
      for block in spare { block.bytes.deallocate() }
    }

    var isEmpty: Bool { pieces.isEmpty }

    func begin(_ values: UnsafeMutableRawBufferPointer, of element: SumPiece.Element) {
      guard let start = values.baseAddress else { return }
      for first in stride(from: 0, to: values.count, by: pieceBytes) {
        let count = min(pieceBytes, values.count - first)
        let place = place(SumPiece.receivedBytes(count, element: element, job: job))
        pieces.append(
          SumPiece(
            start + first, byteCount: count, of: element, job: job, received: place.bytes,
            capacity: place.capacity))
      }
      advance()
    }

    /// Lets the sums get on, without waiting.
    func advance() {
      while exchangedCount < pieces.count, pieces[exchangedCount].isExchanged() {
        pieces[exchangedCount].addUp()
        exchangedCount += 1
      }
      while summedCount < exchangedCount, pieces[summedCount].isSummed() {
        let piece = pieces[summedCount]
        spare.append((piece.end(), piece.capacity))
        summedCount += 1
      }
      if summedCount == pieces.count {
        pieces.removeAll(keepingCapacity: true)
        (exchangedCount, summedCount) = (0, 0)
      }
    }

    private func place(_ needed: Int) -> (bytes: UnsafeMutableRawPointer, capacity: Int) {
      if let index = spare.lastIndex(where: { $0.capacity >= needed }) {
        return spare.remove(at: index)
      }
      return (.allocate(byteCount: needed, alignment: 64), needed)
    }
  }
#endif
