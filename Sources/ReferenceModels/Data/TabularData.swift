import Experiment
import Kernels

/// Training rows and queries from tables, ready for a model.
package struct TabularData: Sendable {
  /// The training rows, then the queries.
  package let data: LabelledData
  /// Number of training rows.
  package let trainCount: Int
  /// Names of the classes: numbers by size, other names by their letters.
  package let classes: [String]
  /// Features that are the same in every training row; they are set to 0 everywhere, so that they
  /// teach nothing.
  package let constantFeatures: [String]

  /// Joins tables.
  ///
  /// - Parameters:
  ///   - train: The training rows, which decide what classes there are.
  ///   - queries: Rows with the same columns and classes; `nil` for none.
  /// - Throws: `TableFileError` when the columns differ, or there are too few or too many classes.
  package init(train: LabelledTable, queries: LabelledTable? = nil) throws(TableFileError) {
    let names = Set(train.labels.map { ByteText($0) })
    guard names.count > 1 else {
      throw TableFileError(
        .classes,
        file: train.file,
        "every row has the class '\(train.labels[0])'",
        hint: "at least two classes are needed; is the label column the right one?"
      )
    }
    guard 2 * names.count <= train.labels.count else {
      throw TableFileError(
        .classes,
        file: train.file,
        "\(names.count) classes in \(train.labels.count) rows",
        hint: "a class needs at least two rows on average; is the label column the right one?"
      )
    }
    if let queries {
      guard queries.columns.areSame(as: train.columns) else {
        throw TableFileError(
          .shape,
          file: queries.file,
          "its \(queries.columns.count) features are not the \(train.columns.count) of "
            + "'\(train.file)'",
          hint: "both tables need the same columns in the same order"
        )
      }
      for (label, line) in zip(queries.labels, queries.lines) where !names.contains(ByteText(label))
      {
        throw TableFileError(
          .label,
          file: queries.file,
          line: line,
          "no training row has the class '\(label)'",
          hint: "a model can only be asked for classes that it has seen"
        )
      }
    }
    let classes = names.map { $0.text }.sorted(by: Self.precedes)
    let positions = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { (ByteText($1), $0) }
    )
    let labels = train.labels + (queries?.labels ?? [])
    var features = DoubleMatrix(
      rows: labels.count,
      columns: train.columns.count,
      values: train.features.values + (queries?.features.values ?? [])
    )
    var constant: [String] = []
    for column in 0..<features.columns {
      let first = features[0, column]
      guard (0..<train.labels.count).allSatisfy({ features[$0, column] == first }) else { continue }
      constant.append(train.columns[column])
      for row in 0..<features.rows { features[row, column] = 0 }
    }
    data = LabelledData(
      features: features,
      labels: labels.compactMap { positions[ByteText($0)] },
      classes: classes.count
    )
    trainCount = train.labels.count
    self.classes = classes
    constantFeatures = constant
  }

  /// What a person should know about the data, or `nil`.
  package var note: String? {
    guard let first = constantFeatures.first else { return nil }
    return constantFeatures.count == 1
      ? "feature '\(first)' is the same in every training row and is ignored"
      : "\(constantFeatures.count) features are the same in every training row and are ignored"
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    switch (Double(left), Double(right)) {
    case (let x?, let y?): x != y ? x < y : left.precedes(right)
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): left.precedes(right)
    }
  }
}
