// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with feature files, paired rows and outputs, as facts.
///
/// `description` says where, what was found, what was needed, and one remedy.
public enum DataError: Error, Sendable, Equatable {
  // MARK: The file

  /// There is no file at `path`.
  case fileNotFound(path: String)
  /// `path` is a folder.
  case isFolder(path: String)
  /// `path` is a pipe, a device or a socket.
  case notAPlainFile(path: String)
  /// The system refuses to read `path`.
  case cannotRead(path: String, reason: String)
  /// The file lacks the HDF5 signature.
  case notHDF5(path: String)
  /// The file ends before its own header says.
  case truncatedFile(path: String, detail: String)
  /// Written in a format that this HDF5 library does not know.
  case newerFormat(DataLocation, detail: String)
  /// Another program has locked the file to write it.
  case fileLocked(path: String)
  /// Somebody wrote to the file, or cut it, after it was opened.
  case changedWhileRead(path: String)
  /// The file system cannot lock files.
  case lockingUnsupported(path: String, reason: String)
  /// The program that wrote the file has not closed it: it still writes, or it crashed.
  case notClosed(path: String, detail: String)
  /// Rows in a chunk whose checksum or compressed data are damaged.
  case damagedChunk(DataLocation, rows: Range<Int>, detail: String)
  /// Any other failure inside HDF5.
  case hdf5(DataLocation, action: String, detail: String)

  // MARK: Several files

  /// No file matches a pattern.
  case noMatchingFile(pattern: String)
  /// One file is named twice.
  case sameFileTwice(path: String, earlier: String)
  /// A column that one file has and another lacks.
  case columnInSomeFiles(DataLocation, reference: String)
  /// Features of two files that differ in width.
  case widthsDifferBetweenFiles(
    DataLocation, width: Int, reference: DataLocation, referenceWidth: Int)
  /// Strings in one file and numbers in another.
  case kindsDifferBetweenFiles(
    DataLocation, found: String, reference: DataLocation, referenceFound: String)
  /// Two files that name their classes differently.
  case classNamesDiffer(path: String, other: String)
  /// A file whose rows belong to no split beside one whose rows do.
  case undividedBesideSplits(path: String, other: String)

  // MARK: Text of other files

  /// Text beside the visual features although other files are to give it.
  case textInBothFiles(DataLocation, other: String)
  /// Integers here and strings there.
  case identifierKindsDiffer(
    DataLocation, found: String, other: DataLocation, otherFound: String)
  /// An identifier by which text is found stands twice.
  case duplicateIdentifier(DataLocation, row: Int, value: String)
  /// No training row finds its text.
  case noIdentifierFound(
    DataLocation, example: String, other: DataLocation, otherExample: String)

  // MARK: One group per item

  /// A file that only `convert` reads, and how.
  case oneGroupPerItem(DataLocation, items: [String], command: String)
  /// Two items that do not go together.
  case itemsDiffer(
    DataLocation, found: String, reference: String, referenceFound: String, remedy: String)
  /// Text of other files for one group per item.
  case itemsCannotJoin(path: String, text: String)

  // MARK: The layout

  /// Neither splits nor features are found under the names that were looked for.
  case unknownLayout(DataLocation, present: [String])
  /// The group that was asked for is not there.
  case missingGroup(DataLocation, present: [String])
  /// Two groups that both mean one split.
  case twoGroupsOfSplit(path: String, split: Split, groups: [String])
  /// Both a column and index lists say which row belongs where.
  case twoSplitSources(DataLocation, other: String)
  /// Values of a split column that name no split.
  case unknownSplits(DataLocation, values: [String])
  /// A flat file that gives no row to a split.
  case noRowsOfSplit(DataLocation, split: Split, present: [Split])
  /// An index list names a row that is not there.
  case splitIndexOutOfRange(DataLocation, position: Int, index: Int64, rowCount: Int)
  /// A row stands twice in index lists; `other` is the list in which it stands too, nil: the same.
  case splitIndexTwice(DataLocation, index: Int64, other: String?)

  /// The group of a split is missing.
  case missingSplit(path: String, split: Split, present: [String])
  /// A dataset is missing; `flag` is the one that names another, where there is one.
  case missingDataset(DataLocation, present: [String], nearest: String?, flag: String?)
  /// A group was needed.
  case notAGroup(DataLocation)
  /// A dataset was needed.
  case notADataset(DataLocation)
  /// A soft link points at nothing.
  case danglingLink(DataLocation)
  /// A file outside the feature file's own folder is named; `kind` says by what.
  case linkOutsideFolder(DataLocation, kind: String, target: String)
  /// What a link, a virtual dataset or external storage names is not there.
  case missingLinkTarget(DataLocation, kind: String, target: String)
  /// A virtual dataset or external storage some of whose values are nowhere.
  case incompleteStorage(DataLocation, kind: String, detail: String)
  /// A size that the file cannot hold, or that this program cannot count.
  case impossibleSize(DataLocation, found: String, needed: String)
  /// Compressed by a filter that this HDF5 library does not have.
  case missingFilter(DataLocation, filter: String)
  /// Both 'label' and 'labels' are present.
  case twoLabelDatasets(path: String, group: String)
  /// `shape` is nil for a dataset without any value.
  case wrongRank(DataLocation, shape: [Int]?, needed: String, remedy: String)
  /// An attribute that cannot mean what its name says.
  case unusableAttribute(
    DataLocation, name: String, found: String, needed: String, remedy: String)
  /// A type that cannot be used there.
  case wrongType(DataLocation, found: String, needed: String, remedy: String)
  /// A split without rows.
  case emptySplit(DataLocation)
  /// Features without columns.
  case noColumns(DataLocation)
  /// Rows that do not pair one to one with those of `reference`.
  case unequalRows(DataLocation, rows: Int, reference: String, referenceRows: Int)
  /// Two splits whose features differ in width.
  case unequalWidths(DataLocation, width: Int, reference: String, referenceWidth: Int)
  /// Tokens that are not as wide as the features beside them.
  case tokenWidth(DataLocation, width: Int, features: String, featureWidth: Int)
  /// Features whose width differs from the one that a model was fitted on.
  case widthDiffersFromModel(DataLocation, width: Int, modelWidth: Int)

  // MARK: The values

  /// A NaN or an infinity: the first one, and how many rows of those read have any.
  case nonFinite(DataLocation, row: Int, column: Int, value: String, badRows: Int, rows: Int)
  /// A token that holds a NaN or an infinity: the first one, and how many do.
  case nonFiniteToken(
    DataLocation, row: Int, token: Int, column: Int, value: String, badTokens: Int)
  /// A row that has text, none of which is a word: the first one, and how many there are.
  case noWords(DataLocation, row: Int, badRows: Int)
  /// A label that is neither -1 nor a class.
  case labelOutOfRange(DataLocation, row: Int, value: Int64, classCount: Int, badRows: Int)
  /// Labels that run so high that they cannot be class indices.
  case labelsAreNotIndices(DataLocation, largest: Int64, rows: Int)
  /// A label string that is no class name.
  case unknownClassName(DataLocation, row: Int, name: String, nearest: String?)
  /// A label of floating point that is no whole number.
  case labelNotWhole(DataLocation, row: Int, value: String)
  /// A row that should be one-hot and is not.
  case notOneHot(DataLocation, row: Int, found: String)
  /// A row identifier beyond Int64.
  case identifierTooLarge(DataLocation, row: Int)
  /// Two classes of one name.
  case duplicateClassName(DataLocation, name: String)
  /// A class has an empty name.
  case emptyClassName(DataLocation, index: Int)
  /// Fewer than two classes.
  case tooFewClasses(path: String, count: Int)
  /// No row of the training split has a label.
  case noLabelledRow(DataLocation)
  /// Classes without a labelled training row: the first, and how many there are.
  case classWithoutRows(DataLocation, index: Int, name: String, missingCount: Int)
  /// No row has text.
  case noText(DataLocation)

  // MARK: Output

  /// The output cannot be written.
  case cannotWrite(path: String, reason: String)
  /// The program that reads the output, through a pipe, went away.
  case outputClosed(path: String)
  /// The extension of the output's path names no format of scores.
  case unknownScoreFormat(path: String)
  /// A parameter of synthetic features out of range.
  case parameterOutOfRange(name: String, value: String, needed: String)
  /// A value beyond the range of the type in which it is to be stored.
  case outsideTypeRange(DataLocation, row: Int, value: Float, type: FeatureType)
}
