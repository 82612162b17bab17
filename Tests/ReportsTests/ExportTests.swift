import Experiment
import Testing

@testable import Reports

/// Two models, two training rows, one query; one loss missing and one known by a bound.
private let matrix: LossMatrix = {
  var matrix = LossMatrix(models: ["m0", "m,1"], train: ["a", "b \"x\"\nc"], queries: ["q"])
  matrix[model: 0, column: 0] = .measured(0.1)
  matrix[model: 1, column: 0] = .measured(2)
  matrix[model: 0, column: 1] = .censored(atLeast: 4.5)
  matrix[model: 0, column: 2] = .measured(1e-5)
  matrix[model: 1, column: 2] = .measured(-3)
  return matrix
}()

private let design = SubsetDesign(
  examples: 2,
  start: .base,
  seed: 7,
  subsets: [
    .init(seed: 1, members: [1]), .init(seed: 2, members: [0, 1], weights: [0.5, 2]),
  ]
)

private let scores = Scores(
  estimator: "corr",
  train: ["a", "b"],
  queries: ["q1", "q2"],
  values: [0.25, 0, -1, 0],
  measurable: [true, false]
)

private func bytes(_ write: (@escaping Export.Sink) throws -> Void) rethrows -> [UInt8] {
  var result: [UInt8] = []
  try withoutActuallyEscaping({ (more: [UInt8]) throws in result += more }) { try write($0) }
  return result
}

private func text(_ write: (@escaping Export.Sink) throws -> Void) rethrows -> String {
  String(decoding: try bytes(write), as: UTF8.self)
}

private let chances: [(query: String, chance: Chance)] = [
  (
    "q,1",
    .line(
      ChanceLine(
        line: 0.5,
        best: 0.75,
        median: 0.25,
        p: 0.01,
        above: 2,
        expectedFalse: 0.5,
        aboveByFDR: 3,
        lineByFDR: nil,
        rows: 9,
        permutations: 119,
        isExhaustive: true,
        commonShare: 0.125
      )
    )
  ), ("q2", .unknown(reason: "too few models")),
]

@Suite struct ExportTests {
  @Test func `chance lines are a row a query, with the reason where there is none`() throws {
    #expect(
      try text { try Export.chances(chances, as: .csv, to: $0) } == """
        query,reason,line,p,above,expectedFalse,fdr,aboveByFDR,lineByFDR,best,median,rows,\
        permutations,commonShare
        "q,1",,0.5,0.01,2,0.5,0.25,3,,0.75,0.25,9,119,0.125
        q2,too few models,,,,,,,,,,,,

        """
    )
    #expect(
      try text { try Export.chances(chances, as: .jsonl, to: $0) } == """
        {"query":"q,1","line":0.5,"p":0.01,"above":2,"expectedFalse":0.5,"fdr":0.25,"aboveByFDR":3,\
        "lineByFDR":null,"best":0.75,"median":0.25,"rows":9,"permutations":119,"exhaustive":true,\
        "commonShare":0.125,"reason":null}
        {"query":"q2","reason":"too few models"}

        """
    )
  }

  @Test func `losses as CSV quote what must be quoted and leave missing cells empty`() throws {
    #expect(
      try text { try Export.losses(matrix, as: .csv, to: $0) }
        == "id,role,m0,\"m,1\"\na,train,0.1,2\n\"b \"\"x\"\"\nc\",train,4.5,\nq,query,1e-05,-3\n"
    )
  }

  @Test func `losses as JSON lines say which losses are bounds`() throws {
    #expect(
      try text { try Export.losses(matrix, as: .jsonl, to: $0) } == """
        {"id":"a","role":"train","losses":[0.1,2]}
        {"id":"b \\"x\\"\\nc","role":"train","losses":[4.5,null],"censored":[0]}
        {"id":"q","role":"query","losses":[1e-05,-3]}

        """
    )
  }

  @Test func `losses as NPY are models by examples, little-endian, C order`() throws {
    let file = try bytes { try Export.losses(matrix, as: .npy, to: $0) }
    #expect(Array(file[..<10]) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    let header = String(decoding: file[10..<128], as: UTF8.self)
    #expect(header.hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }  "))
    #expect(header.hasSuffix(" \n"))
    let expected: [Double] = [0.1, 4.5, 1e-5, 2, .nan, -3]
    #expect(file.count == 128 + 6 * 8)
    for (index, value) in expected.enumerated() {
      let raw = file[(128 + index * 8)..<(136 + index * 8)]
      let bits = raw.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(bits == value.bitPattern)
    }
  }

  @Test(arguments: [0, 1, 9, 10, 99_999, 123_456_789])
  func `an NPY header ends on a multiple of 64`(
    rows: Int
  ) {
    let header = NPY.header(rows: rows, columns: rows)
    #expect(header.count % 64 == 0)
    #expect(Int(header[8]) + 256 * Int(header[9]) + 10 == header.count)
    #expect(header.last == 0x0A)
  }

  @Test func `membership gives weights, 0 for an absent example`() throws {
    func write(_ format: Export.Format) throws -> [UInt8] {
      try bytes {
        try Export.membership(
          design,
          models: ["m0", "m1"],
          members: ["a", "b"],
          as: format,
          to: $0
        )
      }
    }
    #expect(String(decoding: try write(.csv), as: UTF8.self) == "id,m0,m1\na,0,0.5\nb,1,2\n")
    #expect(
      String(decoding: try write(.jsonl), as: UTF8.self)
        == "{\"id\":\"a\",\"weights\":[0,0.5]}\n{\"id\":\"b\",\"weights\":[1,2]}\n"
    )
    let raw = try write(.npy).suffix(32)
    #expect(Array(raw.suffix(8)) == [0, 0, 0, 0, 0, 0, 0, 0x40])
    #expect(Array(raw.prefix(8)) == [0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `a score that cannot be measured is missing, never 0 or NaN`() throws {
    #expect(
      try text { try Export.scores(scores, as: .csv, to: $0) } == "id,q1,q2\na,0.25,-1\nb,,\n"
    )
    #expect(
      try text { try Export.scores(scores, as: .jsonl, to: $0) }
        == "{\"id\":\"a\",\"scores\":[0.25,-1]}\n{\"id\":\"b\",\"scores\":[null,null]}\n"
    )
    let file = try bytes { try Export.scores(scores, as: .npy, to: $0) }
    #expect(String(decoding: file[..<128], as: UTF8.self).contains("(2, 2)"))
  }

  @Test func `large tables come in pieces`() throws {
    let matrix = LossMatrix(
      models: ["m"],
      train: (0..<20_000).map { "train-\($0)" },
      queries: []
    )
    for format in Export.Format.allCases {
      var pieces: [Int] = []
      try withoutActuallyEscaping({ (more: [UInt8]) throws in pieces.append(more.count) }) {
        try Export.losses(matrix, as: format, to: $0)
      }
      #expect(pieces.count >= 3)
      #expect(pieces.allSatisfy { $0 < 1 << 17 })
    }
  }

  @Test func `a sink's error stops the export`() {
    struct Full: Error {}
    #expect(throws: Full.self) { try Export.scores(scores, as: .csv) { _ in throw Full() } }
  }
}

@Suite struct NumeralsTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.996, 2, "1.00"), (-0.001, 2, "0.00"),
    (-1.25, 1, "−1.3"), (1234.5, 1, "1,234.5"), (7.04, 2, "7.04"), (.nan, 2, "–"),
    (.infinity, 2, "–"), (1e300, 2, "1e+300"), (2.5, 0, "3"),
  ])
  func `fixed digits`(number: Double, digits: Int, text: String) {
    #expect(Numerals.fixed(number, digits) == text)
  }

  @Test(arguments: [
    ([], 2), ([0.0], 2), ([0.5, -0.02], 3), ([12.0], 1), ([500.0], 0), ([1e-12], 9),
    ([.nan, 1], 2),
  ])
  func `digits follow the largest number`(numbers: [Double], digits: Int) {
    #expect(Numerals.digits(for: numbers) == digits)
  }
}
