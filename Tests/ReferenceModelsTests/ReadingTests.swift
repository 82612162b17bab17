import Experiment
import Testing

@testable import Kernels
@testable import ReferenceModels

struct ReadingTests {
  @Test func `the largest values come in order, ties by column`() {
    let matrix = Matrix(Buffer(count: 6), rows: 1, columns: 6)
    for (column, value) in [3, 1, 5, 3, 5, -2].enumerated() { matrix[0, column] = Float(value) }
    #expect(largest(4, of: matrix, row: 0) == [2, 4, 0, 3])
    #expect(largest(0, of: matrix, row: 0) == [])
    #expect(largest(9, of: matrix, row: 0) == [2, 4, 0, 3, 1, 5])
  }

  @Test func `a reading gives the bits of the loss and the likeliest tokens`() async throws {
    let provider = try ProviderTests.provider(Folder())
    for row in ProviderTests.rows {
      let (tokens, prompt) = try provider.tokenised(row)
      #expect(
        tokens == provider.tokens(of: row.prompt)
          + provider.tokens(continuing: row.completion) + [ReferenceProvider.endToken]
      )
      let readings = try provider.readings(of: tokens, under: nil, top: 5)
      #expect(readings.map(\.chosen.token) == Array(tokens.dropFirst()))
      let reading = try await provider.read([row], under: nil)[0]
      let read = readings[(prompt - 1)...].dropLast().map(\.chosen.logProbability)
      for (a, b) in zip(read, reading.tokenLogProbabilities) { #expect(abs(a - b) < 1e-5) }
      #expect(read.count == reading.tokens)
      for reading in readings {
        let values = reading.likeliest.map(\.logProbability)
        #expect(values == values.sorted(by: >) && values.count == 5)
        #expect(reading.chosen.logProbability <= values[0])
      }
    }
  }

  @Test func `generation takes the likeliest token, or draws as often as probable`() throws {
    let provider = try ProviderTests.provider(Folder())
    let start = provider.tokens(of: .text("question"))
    func draw(_ temperature: Double, _ seed: UInt64, limit: Int = 1) throws -> [TokenReading] {
      try provider.generate(
        after: start,
        under: nil,
        limit: limit,
        temperature: temperature,
        seed: seed,
        top: 2
      ) { _ in false }
    }
    let greedy = try draw(0, 1, limit: 4)
    for reading in greedy { #expect(reading.chosen == reading.likeliest[0]) }
    let again = try provider.readings(
      of: start + greedy.map(\.chosen.token),
      under: nil,
      top: 2
    ).suffix(greedy.count)
    for (a, b) in zip(greedy, again) {
      #expect(a.chosen.token == b.chosen.token)
      #expect(abs(a.chosen.logProbability - b.chosen.logProbability) < 1e-5)
    }
    let likeliest = greedy[0].chosen
    let times = try (UInt64(0)..<400).count {
      try draw(1, $0)[0].chosen.token == likeliest.token
    }
    let p = Double(likeliest.logProbability.exponential)
    // Five standard deviations of a binomial.
    #expect(abs(Double(times) - 400 * p) < 5 * (400 * p * (1 - p)).squareRoot() + 1)
  }

  @Test func `bytes of tokens join to the text, and a removed model is gone`() async throws {
    let folder = Folder()
    let provider = try ProviderTests.provider(folder)
    let text = "question 3 magic Zażółć 🦜"
    let bytes = provider.tokens(continuing: text).flatMap { provider.bytes(of: $0) }
    #expect(bytes == Array(text.utf8))
    #expect(provider.bytes(of: ReferenceProvider.endToken).isEmpty)
    #expect(provider.bytes(of: -1).isEmpty && provider.bytes(of: 99_999).isEmpty)
    let model = try await provider.train(ProviderTests.job("a")) { _ in }.model
    try provider.remove(model)
    try provider.remove(model)
    #expect(throws: ReferenceModelError.self) {
      try provider.readings(of: [256, 65], under: model, top: 0)
    }
  }
}

extension Float {
  fileprivate var exponential: Double { Double(exponentOfTwo(Double(self) / 0.693147180559945309)) }
}
