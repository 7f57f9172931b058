// SPDX-License-Identifier: Apache-2.0

/// The datasets of a group, each opened once. One that cannot be opened keeps its error until
/// somebody needs it.
struct DatasetCatalog: Sendable {
  let location: DataLocation
  /// Everything in the group, sorted.
  let names: [String]
  /// The datasets that could be opened.
  let datasets: [HDF5Dataset]
  private let opened: [String: Result<HDF5Dataset, DataError>]

  /// - Parameter keys: names of datasets that may lie deeper.
  init(_ group: HDF5Group, keys: [String]) throws(DataError) {
    location = group.location
    names = try group.names()
    var opened: [String: Result<HDF5Dataset, DataError>] = [:]
    for name in names + keys where opened[name] == nil {
      do {
        if let dataset = try group.dataset(name) { opened[name] = .success(dataset) }
      } catch {
        opened[name] = .failure(error)
      }
    }
    self.opened = opened
    let shallow = names
    let deeper = keys.filter { !shallow.contains($0) }
    datasets = (shallow + deeper).compactMap { try? opened[$0]?.get() }
  }

  /// The dataset `name`; nil when there is none.
  subscript(name: String) -> Result<HDF5Dataset, DataError>? { opened[name] }

  /// The datasets that could be opened and are called one of `names`.
  func datasets(named names: [String]) -> [HDF5Dataset] {
    names.compactMap { try? opened[$0]?.get() }
  }

  /// The error of a dataset that is not there.
  ///
  /// - Parameters:
  ///   - flag: the flag that names another.
  ///   - used: names that mean something else.
  func missing(_ name: String, flag: String?, besides used: [String]) -> DataError {
    .missingDataset(
      location.child(name), present: names,
      nearest: nearestName(to: name, in: names.filter { !used.contains($0) }), flag: flag)
  }
}
