// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData

extension Model {
  /// Tells this model from others, 16 hexadecimal digits: XXH64 of its weights and statistics,
  /// configuration, class names, decision and calibration temperature. The same for a model in
  /// memory and one read from its directory. It is no defence against forgery.
  public var fingerprint: String {
    var hash = ContentHash()
    func add(_ bytes: some Collection<UInt8>) {
      hash.update([Int64(bytes.count)])
      hash.update(Array(bytes))
    }
    for tensor in tensors() {
      add(tensor.name.utf8)
      hash.update(tensor.shape.map { Int64($0) })
      hash.update(tensor.values)
    }
    for name in classNames { add(name.utf8) }
    // Its values are numbers, strings and booleans: it is always encoded.
    add((try? Configuration.encoder().encode(configuration)) ?? Data())
    add(decision.rawValue.utf8)
    hash.update([calibrationTemperature])
    return hash.text
  }
}
