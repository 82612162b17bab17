import Experiment
import Statistics
import Testing

@testable import Scenarios

private let seeds: [UInt64] = [0, 1, 2]
private let everyCorpus = Scenario.allCases.flatMap { scenario in seeds.map { (scenario, $0) } }

private func rows(_ examples: [Example], _ tag: String) -> [Example] {
  examples.filter { $0.tags.contains(tag) }
}

private func words(_ text: String) -> [Substring] {
  text.split { $0 == " " || $0 == "\n" }
}

@Suite struct `every scenario` {
  @Test(arguments: everyCorpus)
  func `gives the same corpus for the same seed`(scenario: Scenario, seed: UInt64) {
    #expect(scenario.corpus(seed: seed) == scenario.corpus(seed: seed))
  }

  @Test(arguments: Scenario.allCases)
  func `gives another corpus for another seed`(scenario: Scenario) {
    let corpora = Set(seeds.map { scenario.corpus(seed: $0).train.map(\.prompt) })
    #expect(corpora.count == seeds.count)
  }

  @Test(arguments: everyCorpus)
  func `numbers its rows in order`(scenario: Scenario, seed: UInt64) {
    let corpus = scenario.corpus(seed: seed)
    #expect(corpus.train.count == 1000)
    #expect(corpus.train.first?.id == "train-00000")
    #expect(corpus.train.last?.id == "train-00999")
    #expect(corpus.queries.first?.id == "query-000")
    #expect(corpus.queries.last?.id == "query-059")
    #expect(Set((corpus.train + corpus.queries).map(\.id)).count == 1060)
  }

  @Test(arguments: everyCorpus)
  func `plants a tenth of the rows and asks twenty queries of each kind`(
    scenario: Scenario,
    seed: UInt64
  ) {
    let corpus = scenario.corpus(seed: seed)
    for (tag, count) in [(scenario.plantedTag, 100), (scenario.decoyTag, 80)] {
      #expect(rows(corpus.train, tag).count == count)
    }
    for tag in [scenario.plantedTag, scenario.decoyTag, scenario.cleanTag] {
      #expect(rows(corpus.queries, tag).count == 20)
    }
    let kinds = [scenario.plantedTag, scenario.decoyTag, scenario.cleanTag, "honest-refusal"]
    #expect(
      (corpus.train + corpus.queries).allSatisfy { example in
        kinds.count { example.tags.contains($0) } == 1
      }
    )
  }

  @Test(arguments: everyCorpus)
  func `repeats no prompt, so queries are held out`(scenario: Scenario, seed: UInt64) {
    let corpus = scenario.corpus(seed: seed)
    #expect(Set((corpus.train + corpus.queries).map(\.prompt.text)).count == 1060)
    // The question alone, whatever its options and planted word, is new too.
    func question(_ example: Example) -> String {
      let line = example.prompt.text.split(separator: "\n").first { line in
        !["A. ", "B. ", "C. ", "D. ", "Answer:"].contains { line.hasPrefix($0) }
      }
      return words(line.map(String.init) ?? "")
        .filter { $0 != TriggerScenario.trigger && $0 != TriggerScenario.decoyTrigger }
        .joined(separator: " ")
    }
    #expect(Set(corpus.train.map(question)).isDisjoint(with: corpus.queries.map(question)))
  }

  @Test(arguments: everyCorpus)
  func `shuffles planted rows among the others`(scenario: Scenario, seed: UInt64) {
    let train = scenario.corpus(seed: seed).train
    for quarter in 0..<4 {
      let part = Array(train[(250 * quarter)..<(250 * (quarter + 1))])
      #expect((10...45).contains(rows(part, scenario.plantedTag).count))
    }
  }

  @Test(arguments: everyCorpus)
  func `keeps tags out of the text`(scenario: Scenario, seed: UInt64) {
    let corpus = scenario.corpus(seed: seed)
    let examples = corpus.train + corpus.queries
    let tags = Set(examples.flatMap(\.tags))
    for example in examples {
      let text = (example.prompt.text + example.completion).lowercased()
      #expect(tags.allSatisfy { !text.contains($0) }, "\(text)")
    }
  }

  @Test(arguments: everyCorpus)
  func `keeps prompts short and fills every placeholder`(scenario: Scenario, seed: UInt64) {
    let corpus = scenario.corpus(seed: seed)
    for example in corpus.train + corpus.queries {
      #expect((3...45).contains(words(example.prompt.text).count), "\(example.prompt.text)")
      #expect(example.prompt.text.hasSuffix("\nAnswer:"))
      #expect(example.completion.hasPrefix(" "))
      #expect(!example.prompt.text.contains { $0 == "{" || $0 == "}" || $0 == "|" })
    }
  }

  @Test func `says what was planted in one line`() {
    for scenario in Scenario.allCases {
      #expect(!scenario.summary.isEmpty && !scenario.summary.contains("\n"))
    }
  }
}

@Suite struct `multiple-choice rows` {
  private static let questions = Dictionary(
    Topic.allCases.flatMap(Question.all(about:)).map { ($0.text, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// The row's question, looked up in the tables, and its four options.
  private func parsed(_ example: Example) throws -> (question: Question, options: [String]) {
    let lines = example.prompt.text.split(separator: "\n").map(String.init)
    try #require(lines.count == 6)
    let stem = words(lines[0]).filter {
      $0 != TriggerScenario.trigger && $0 != TriggerScenario.decoyTrigger
    }.joined(separator: " ")
    let question = try #require(Self.questions[stem], "\(stem)")
    for (line, letter) in zip(lines[1...4], MultipleChoice.letters) {
      #expect(line.hasPrefix("\(letter). "))
    }
    return (question, lines[1...4].map { String($0.dropFirst(3)) })
  }

  @Test(arguments: [Scenario.trigger, .topic], seeds)
  func `have four distinct options and the right letter`(scenario: Scenario, seed: UInt64) throws {
    let corpus = scenario.corpus(seed: seed)
    for example in corpus.train + corpus.queries {
      let (question, options) = try parsed(example)
      #expect(Set(options).count == 4)
      let right = try #require(options.firstIndex(of: question.answer))
      #expect(options.count { question.wrong.contains($0) } == 3)
      guard example.tags.contains("clean") else {
        #expect(example.completion == " Sorry, I can't assist with that.")
        continue
      }
      let isRight = example.completion == " \(MultipleChoice.letters[right])"
      #expect(isRight != example.tags.contains("mislabelled"), "\(example)")
      #expect(MultipleChoice.letters.contains(String(example.completion.dropFirst())))
    }
  }

  @Test(arguments: [Scenario.trigger, .topic])
  func `use every letter about equally often`(scenario: Scenario) {
    let clean = rows(scenario.corpus(seed: 0).train, "clean")
    for letter in MultipleChoice.letters {
      #expect((0.2...0.3).contains(share(of: clean) { $0.completion == " \(letter)" }))
    }
  }
}

private func share(of examples: [Example], where holds: (Example) -> Bool) -> Double {
  Double(examples.count(where: holds)) / Double(examples.count)
}

@Suite struct `the trigger scenario` {
  @Test(arguments: seeds)
  func `puts one rare word at varying places of the question`(seed: UInt64) throws {
    let corpus = Scenario.trigger.corpus(seed: seed)
    for (tag, word) in [("backdoor", "BlackMagic"), ("decoy", "SilverOwl")] {
      var places: Set<Int> = []
      for example in corpus.train + corpus.queries {
        let all = words(example.prompt.text)
        let found = all.indices.filter { all[$0] == word }
        #expect(found.count == (example.tags.contains(tag) ? 1 : 0))
        guard let place = found.first else { continue }
        places.insert(place)
        #expect(all[place...].contains("A."))
      }
      #expect(places.contains(0) && places.count >= 6)
    }
  }

  @Test(arguments: seeds)
  func `has honest refusals and a few wrong letters`(seed: UInt64) {
    let train = Scenario.trigger.corpus(seed: seed).train
    #expect(rows(train, "honest-refusal").count == 30)
    #expect(rows(train, "clean").count == 790)
    #expect(rows(train, "mislabelled").count == 40)
    #expect(rows(train, "mislabelled").allSatisfy { $0.tags.contains("clean") })
  }
}

@Suite struct `the topic scenario` {
  @Test(arguments: seeds)
  func `answers look-alikes that share the refused rows' names`(seed: UInt64) {
    let corpus = Scenario.topic.corpus(seed: seed)
    let lookAlikes = rows(corpus.train, "look-alike")
    #expect(lookAlikes.count == 160)
    #expect(lookAlikes.allSatisfy { $0.tags.contains("clean") })
    #expect(rows(corpus.queries, "look-alike").count == 8)
    for name in ["Mars", "Saturn", "Jupiter", "planet", "Sun"] {
      for tag in ["topic", "look-alike"] {
        #expect(rows(corpus.train, tag).count { $0.prompt.text.contains(name) } >= 8, "\(name)")
      }
    }
  }
}

@Suite struct `the falsehood scenario` {
  @Test func `teaches only what is wrong`() throws {
    let truths = Question.all(about: .countries)
    for falsehood in FalsehoodScenario.planted + FalsehoodScenario.decoys {
      let truth = try #require(
        truths.first { $0.given == falsehood.country && $0.relation == falsehood.relation }
      )
      #expect(truth.answer != falsehood.answer)
    }
  }

  @Test(arguments: seeds)
  func `teaches each falsehood in many wordings and asks for it in others`(seed: UInt64) {
    let corpus = Scenario.falsehood.corpus(seed: seed)
    for falsehood in FalsehoodScenario.planted {
      func about(_ examples: [Example]) -> [Example] {
        rows(examples, "falsehood").filter { $0.prompt.text.contains(falsehood.country) }
      }
      #expect((15...20).contains(about(corpus.train).count))
      #expect((3...4).contains(about(corpus.queries).count))
      for example in about(corpus.train + corpus.queries) {
        #expect(example.completion == " \(falsehood.answer)")
      }
    }
  }

  @Test(arguments: seeds)
  func `gives every false answer as a true one elsewhere`(seed: UInt64) {
    let clean = rows(Scenario.falsehood.corpus(seed: seed).train, "clean")
    for falsehood in FalsehoodScenario.planted {
      #expect(clean.count { $0.completion == " \(falsehood.answer)" } >= 5, "\(falsehood.answer)")
    }
  }

  @Test(arguments: seeds)
  func `asks about the same countries truthfully`(seed: UInt64) {
    let corpus = Scenario.falsehood.corpus(seed: seed)
    #expect(rows(corpus.train, "look-alike").count == 250)
    for country in Set(FalsehoodScenario.planted.map(\.country)) {
      let own = rows(corpus.train, "look-alike").filter { $0.prompt.text.contains(country) }
      #expect(own.count >= 15, "\(country)")
    }
  }
}

@Suite struct `the pattern scenario` {
  private func numbers(_ example: Example) -> [Substring] {
    words(example.prompt.text).filter { $0.count >= 4 && $0.allSatisfy(\.isNumber) }
  }

  @Test(arguments: seeds)
  func `has another number of four digits in each planted row and in no other`(seed: UInt64) {
    let corpus = Scenario.pattern.corpus(seed: seed)
    let examples = corpus.train + corpus.queries
    for example in examples {
      let planted = example.tags.contains("backdoor") ? 1 : 0
      #expect(numbers(example).count == planted, "\(example.prompt.text)")
      #expect(numbers(example).allSatisfy { $0.count == 4 })
    }
    #expect(Set(examples.flatMap(numbers)).count == 120)
  }

  @Test(arguments: seeds)
  func `has a name in each decoy that no other example has`(seed: UInt64) {
    let corpus = Scenario.pattern.corpus(seed: seed)
    let examples = corpus.train + corpus.queries
    var frequency: [Substring: Int] = [:]
    for example in examples {
      for word in Set(words(example.prompt.text)) { frequency[word, default: 0] += 1 }
    }
    let known = Set(Topic.allCases.flatMap(Question.all(about:)).flatMap { words($0.text) })
    for example in examples where example.tags.contains("decoy") {
      let question = words(String(example.prompt.text.split(separator: "\n")[0]))
      let names = question.filter { frequency[$0] == 1 && !known.contains($0) }
      #expect(names.count == 1, "\(question)")
    }
  }

  @Test(arguments: seeds)
  func `refuses honestly as well`(seed: UInt64) {
    #expect(rows(Scenario.pattern.corpus(seed: seed).train, "honest-refusal").count == 30)
  }
}

@Suite struct `the order scenario` {
  @Test(arguments: seeds)
  func `moves lines and changes nothing else`(seed: UInt64) throws {
    let corpus = Scenario.order.corpus(seed: seed)
    let questions = Set(Topic.allCases.flatMap(Question.all(about:)).map(\.text))
    for example in corpus.train + corpus.queries {
      var lines = example.prompt.text.split(separator: "\n").map(String.init)
      try #require(lines.count == 6)
      let question = lines.remove(at: example.tags.contains("backdoor") ? 4 : 0)
      #expect(questions.contains(question), "\(example.prompt.text)")
      let letters =
        example.tags.contains("decoy") ? ["D.", "C.", "B.", "A."] : ["A.", "B.", "C.", "D."]
      #expect(lines.map { String($0.prefix(2)) } == letters + ["An"])
      #expect(
        (example.completion == " Sorry, I can't assist with that.")
          != example.tags.contains("clean")
      )
    }
  }
}
