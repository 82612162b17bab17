import Kernels
import Testing

@testable import ReferenceModels

private func parse(_ text: String, label: String? = nil) throws(TableFileError) -> LabelledTable {
  try TableFile.parse(Array(text.utf8), label: label, file: "f.csv")
}

private func load(_ train: String, queries: String? = nil) throws -> TabularData {
  try TabularData(
    train: parse(train),
    queries: queries.map { try TableFile.parse(Array($0.utf8), file: "q.csv") }
  )
}

struct TableFileTests {
  @Test func `classes and columns are told apart by their bytes`() throws {
    let rows = (0..<2).map { "\($0),caf\u{e9}\n\($0),cafe\u{301}\n" }.joined()
    let data = try load("x,label\n" + rows)
    #expect(data.classes.count == 2)
    #expect(data.data.labels == [1, 0, 1, 0])
    #expect(throws: TableFileError.self) {
      try load("\u{e9},label\n1,a\n2,b\n3,a\n4,b\n", queries: "e\u{301},label\n1,a\n")
    }
    #expect(throws: TableFileError.self) { try parse("\u{e9},b\n1,2\n", label: "e\u{301}") }
  }

  @Test(arguments: [
    ("", "f.csv': no rows in it"),
    ("\n  \r\n", "f.csv': no rows in it"),
    ("a,b,label\n", "f.csv': no rows below the names of its columns"),
    ("a,b,label\n1,2,0\n1,0\n", "f.csv': line 3: 2 cells, but line 1 has 3"),
    ("1,2,0\n\n1,2,3,1\n", "f.csv': line 3: 4 cells, but line 1 has 3"),
    ("1\n2\n", "f.csv': line 1: one cell only"),
    ("1;2;0\n1;3;1\n", "f.csv': line 1: one cell only"),
    ("a,b,label\n1,2,0\n1,x,0\n", "f.csv': line 3, column 'b': 'x' is not a number"),
    ("1,2,0\n1,x,1\n", "f.csv': line 2, column 2: 'x' is not a number"),
    ("1,x,0\n1,2,1\n", "f.csv': line 1, column 2: 'x' is not a number"),
    ("1,2,0\nnan,2,1\n", "f.csv': line 2, column 1: 'nan' is not a finite number"),
    ("1,2,0\n1,-inf,1\n", "f.csv': line 2, column 2: '-inf' is not a finite number"),
    ("1,2,0\n1,1e999,1\n", "f.csv': line 2, column 2: '1e999' is not a finite number"),
    ("1,2,0\n1,,1\n", "f.csv': line 2, column 2: an empty cell"),
    ("1,2,0\n1,3,\n", "f.csv': line 2, column 3: the class is missing"),
    ("1,2,0\n1,\"3\",1\n", "f.csv': line 2: a quotation mark"),
    ("label,a,label\n1,2,0\n", "f.csv': line 1: 2 columns are named 'label'"),
    ("1,2,0\n1,2,0\n", "f.csv': every row has the class '0'"),
    ("1,.3\n1,.4\n2,.5\n", "f.csv': 3 classes in 3 rows"),
  ])
  func `bad tables are named with their line and column`(text: String, problem: String) {
    let error = #expect(throws: TableFileError.self) { try load(text) }
    #expect(error?.description == "cannot read table '" + problem)
    #expect(error?.hint?.isEmpty == false)
  }

  @Test func `bytes that are not UTF-8 are named`() {
    let error = #expect(throws: TableFileError.self) {
      try TableFile.parse(Array("1,2,a\n1,2,".utf8) + [0xFF, 10], file: "f.csv")
    }
    #expect(
      error?.description == "cannot read table 'f.csv': line 2, column 3: not valid UTF-8 text"
    )
  }

  @Test func `a label column is found by name, and what is there is named if it is not`() throws {
    let text = "kind,x,y\nred,1,2\nblue,3,4\n"
    let table = try parse(text, label: "kind")
    #expect(table.labels == ["red", "blue"])
    #expect(table.columns == ["x", "y"])
    #expect(table.features.values == [1, 2, 3, 4])
    #expect(table.lines == [2, 3])
    let error = #expect(throws: TableFileError.self) { try parse(text, label: "colour") }
    #expect(error?.reason == "no column is named 'colour'")
    #expect(error?.hint == "the columns are named kind, x, y")
    #expect(try parse("label,x\n0,7\n1,8\n").labels == ["0", "1"])
  }

  @Test(arguments: [
    "x,y,z\n1,2,0\n3,4,1\n",
    "0,1,digit\n1,2,0\n3,4,1\n",
    "\u{FEFF}x,y,label\r\n 1 , 2, 0\r\n\r\n3,4,1",
    "1,2,0\n3,4,1\n",
  ])
  func `a header is told from a row of numbers`(text: String) throws {
    let table = try parse(text)
    #expect(table.features.values == [1, 2, 3, 4])
    #expect(table.labels == ["0", "1"])
  }

  @Test func `classes may be words, with or without a header`() throws {
    #expect(try parse("1,cat\n2,dog\n").labels == ["cat", "dog"])
    #expect(try parse("0,label\n1,cat\n2,dog\n").labels == ["cat", "dog"])
  }
}

struct TabularDataTests {
  @Test func `classes are sorted, numbers by size, and shared with the queries`() throws {
    let train = "x,label\n1,10\n2,9\n3,10\n4,9\n5,b\n6,a\n7,b\n8,a\n"
    let joined = try load(train, queries: "x,label\n5,a\n6,10\n")
    #expect(joined.classes == ["9", "10", "a", "b"])
    #expect(joined.data.labels == [1, 0, 1, 0, 3, 2, 3, 2, 2, 1])
    #expect(joined.data.classes == 4)
    #expect(joined.trainCount == 8)
    #expect(joined.data.features.values == [1, 2, 3, 4, 5, 6, 7, 8, 5, 6])
    #expect(joined.note == nil)
  }

  @Test func `constant features are counted and set to 0`() throws {
    let joined = try load(
      "x,y,z,label\n5,1,1e300,a\n5,2,1e300,b\n5,3,1e300,a\n5,4,1e300,b\n",
      queries: "x,y,z,label\n6,9,0,b\n"
    )
    #expect(joined.constantFeatures == ["x", "z"])
    #expect(joined.note == "2 features are the same in every training row and are ignored")
    #expect(joined.data.features.values == [0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 9, 0])
  }

  @Test func `queries of other columns or classes are named`() {
    let train = "x,label\n1,a\n2,b\n3,a\n4,b\n"
    let columns = #expect(throws: TableFileError.self) {
      try load(train, queries: "y,label\n1,a\n")
    }
    #expect(columns?.file == "q.csv")
    #expect(columns?.code == .shape)
    let label = #expect(throws: TableFileError.self) {
      try load(train, queries: "x,label\n1,a\n1,c\n")
    }
    #expect(
      label?.description.contains("'q.csv': line 3: no training row has the class 'c'") == true
    )
  }
}
