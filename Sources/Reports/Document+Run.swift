import Experiment
package import Runs
import Terminal

extension Document {
  /// What one or several runs found, as a file to keep.
  ///
  /// - Parameter reports: The runs, at least one.
  package init(_ reports: [RunReport]) {
    let isOne = reports.count == 1
    title =
      isOne ? "What causes this: \(reports[0].name)" : "What causes this: \(reports.count) runs"
    answers = reports.flatMap { report in
      report.answers.map { isOne ? $0 : [Page.Span("\(report.name): ", .faint)] + $0 }
    }
    sections =
      isOne
      ? reports[0].sections
      : reports.map { report in
        Section("\(report.name) (\(report.drawn))", parts: report.sections)
      }
    data = .object([
      ("schema", .integer(Records.schema)), ("sign", .string(Records.sign)),
      ("reports", .array(reports.map(Records.report))),
    ])
  }
}

extension RunReport {
  /// What its models are drawn from, in words.
  fileprivate var drawn: String {
    switch unit {
    case .row: "subsets of training rows"
    case .query: "steps on queries"
    }
  }

  /// The name of a file beside the store, as a shell reads it.
  private func file(_ ending: String) -> ShellWord {
    ShellWord((store.hasSuffix(".db") ? String(store.dropLast(3)) : store) + ending)
  }

  /// The option that names a behaviour, after a blank; empty for queries without tags.
  private func option(_ behaviour: BehaviourReport) -> String {
    behaviour.name == "untagged" ? "" : " --tag \(ShellWord(behaviour.name))"
  }

  fileprivate func verdict(on behaviour: BehaviourReport) -> RecordedVerdict? {
    verdicts.first { $0.queries == behaviour.queries }
  }

  /// Verdicts on queries that are no behaviour of their own.
  fileprivate var others: [RecordedVerdict] {
    verdicts.filter { verdict in !behaviours.contains { $0.queries == verdict.queries } }
  }

  /// The answer, a sentence for each behaviour.
  fileprivate var answers: [[Page.Span]] {
    behaviours.map { behaviour in
      if let recorded = verdict(on: behaviour) { return Self.answer(recorded) }
      let name = Page.Span(behaviour.name, .accent)
      guard let group = behaviour.group else {
        return [name, Page.Span(": \(behaviour.problem ?? "not read yet").", .warning)]
      }
      switch group.chance {
      case .line(let line) where line.above > 0:
        return [
          name, Page.Span(": \(Numerals.count(line.above, "row")) above chance", .strong),
          Page.Span(", none proven yet; 'daunce verify' takes them away and trains again."),
        ]
      case .line: return [name, Page.Span(": nothing above chance.", .good)]
      case .unknown(let reason):
        return [name, Page.Span(": a ranking without a chance line: \(reason).", .warning)]
      }
    } + others.map(Self.answer)
  }

  private static func answer(_ recorded: RecordedVerdict) -> [Page.Span] {
    let verdict = recorded.verdict
    let name = [
      Page.Span(recorded.behaviour, .accent),
      Page.Span(": \(verdict.finding.rawValue). ", Page.emphasis(verdict.finding)),
    ]
    guard verdict.finding == .cause else { return name + [Page.Span(capitalised(verdict.reason))] }
    let shared = verdict.trigger.map {
      [Page.Span(" They share "), Page.Span($0.word, .mark), Page.Span(".")]
    }
    return name + [Page.Span(Page.sentence(verdict, queries: recorded.queries.count), .strong)]
      + (shared ?? [])
  }

  private static func capitalised(_ sentence: String) -> String {
    sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
  }

  /// The parts, in the order in which they are asked for.
  fileprivate var sections: [Document.Section] {
    let texts = Texts(corpus, of: behaviours)
    var sections = behaviours.map { section(on: $0, texts) }
    sections += others.map { recorded in
      Document.Section("Proven about \(recorded.behaviour)", Page.removal(recorded))
    }
    if let map { sections.append(Document.Section("All losses", Page([.plot(Page.plot(map))]))) }
    if let timeline = Page.timeline(jobs, dollars: spending?.dollars) {
      sections.append(Document.Section("Trainings", timeline))
    }
    sections.append(Document.Section("Noise and warnings", warnings))
    sections.append(Document.Section("How it was made", design))
    sections.append(Document.Section("Doing it again", commands))
    return sections
  }

  private func section(on behaviour: BehaviourReport, _ texts: Texts) -> Document.Section {
    let removal = verdict(on: behaviour).map {
      Document.Section("What removal did", Page.removal($0))
    }
    guard let group = behaviour.group else {
      return Document.Section(
        behaviour.name,
        Page([.lines([[Page.Span(behaviour.problem ?? "Not read yet.", .warning)]])]),
        parts: [removal].compactMap { $0 }
      )
    }
    var parts: [Document.Section] = []
    if !behaviour.singles.isEmpty {
      parts.append(
        Document.Section(
          "Its queries one by one",
          Page(behaviour.singles.flatMap { Page.short($0, texts) }),
          folded: true
        )
      )
    }
    parts.append(
      removal
        ?? Document.Section(
          "What removal did",
          Page([
            .lines([
              [
                Page.Span("Nothing was taken away yet: "),
                Page.Span("daunce verify \(ShellWord(store))\(option(behaviour))", .accent),
                Page.Span(" does it."),
              ]
            ])
          ])
        )
    )
    if let distribution = behaviour.distribution {
      parts.append(
        Document.Section(
          "All scores",
          Page([.plot(Page.plot(distribution, chance: group.chance.line))])
        )
      )
    }
    if let convergence = behaviour.convergence {
      parts.append(
        Document.Section(
          "Growth with the number of models",
          Page.growth(convergence, behaviour.fit)
        )
      )
    }
    return Document.Section(behaviour.name, Page.ranking(behaviour, group, texts), parts: parts)
  }

  private var warnings: Page {
    var notes: [Page.Note] = []
    for behaviour in behaviours {
      guard let ratio = behaviour.group.map(\.reliability) else { continue }
      notes.append(Page.signal(ratio))
      break
    }
    notes += cautions.map { Page.Note("caution", $0, .warning) }
    notes += status.notes.map { Page.Note("note", $0, .warning) }
    notes += status.missing.map { Page.Note("missing", $0.line, .warning) }
    notes += jobs.compactMap { job in
      job.error.map { Page.Note(job.name, $0, job.status == .failed ? .bad : .warning) }
    }
    return Page(status).adding(
      notes.count < 2 ? notes + [Page.Note("warnings", "none", .good)] : notes
    )
  }

  private var design: Page {
    var notes = settings.table.map { Page.Note($0.name, $0.words) }
    for (name, echoed) in [("θ0 as trained", echoed.target), ("models as trained", echoed.model)] {
      if let words = echoed.map(RunSettings.words) { notes.append(Page.Note(name, words)) }
    }
    notes += [
      Page.Note("losses", method),
      Page.Note(
        "examples",
        Numerals.count(corpus.train.count, "training row") + ", "
          + Numerals.count(corpus.queries.count, "query")
      ),
      Page.Note("program", "daunce \(program)"),
      Page.Note("begun", Wait.time(created)),
    ]
    if let spending {
      notes.append(
        Page.Note(
          "spent",
          Page.dollars(spending.dollars) + ": training \(Page.dollars(spending.training)) for "
            + "\(Numerals.count(spending.trainingTokens, "token")), reading "
            + "\(Page.dollars(spending.scoring)) for \(Numerals.count(spending.scoringTokens, "token")), "
            + "open models \(Page.dollars(spending.hosting))"
        )
      )
    }
    if isRedacted { notes.append(Page.Note("texts", "left out of this page")) }
    return Page([.notes(notes)])
  }

  private var commands: Page {
    let tag = behaviours.first.map(option) ?? ""
    let word = ShellWord(store)
    return Page([
      .lines([
        [
          Page.Span(
            "The store holds everything: only the run and the proof may ask hosts for more."
          )
        ]
      ]),
      .notes([
        Page.Note("the run", "daunce run \(file(".json5")) --store \(word)"),
        Page.Note("the ranking", "daunce top \(word)\(tag) --group"),
        Page.Note("all losses", "daunce export \(word) losses -o losses.csv"),
        Page.Note("the proof", "daunce verify \(word)\(tag)"),
        Page.Note("this page", "daunce report \(word) -o \(file(".html"))"),
      ]),
    ])
  }
}

/// The whole texts of examples, each cut where all of them together would make a file too large to mail.
struct Texts {
  /// Characters of all texts together.
  private static let most = 400_000
  /// Characters of each at least.
  private static let least = 500

  private let examples: [ByteText: Example]
  private let limit: Int

  init(_ corpus: Corpus, of behaviours: [BehaviourReport]) {
    examples = Dictionary(
      (corpus.train + corpus.queries).map { (ByteText($0.id), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let shown = behaviours.reduce(0) { $0 + ($1.group?.examples.count ?? 0) + $1.queries.count }
    limit = max(Self.least, Self.most / max(1, 2 * shown))
  }

  /// Prompt and completion, with words marked.
  func details(of id: String, words: [String]) -> [Page.Note] {
    guard let example = examples[ByteText(id)] else { return [] }
    return [
      Page.Note("prompt", Page.marked(cut(example.prompt.text), words: words)),
      Page.Note("completion", Page.marked(cut(example.completion), words: words)),
    ]
  }

  private func cut(_ text: String) -> String {
    let beginning = text.prefix(limit)
    guard beginning.endIndex < text.endIndex else { return text }
    return beginning + " … (\(Numerals.grouped(text.count - limit)) more characters)"
  }
}
