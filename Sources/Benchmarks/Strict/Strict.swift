import Attribution
import Experiment
import Foundation
import Scenarios
import Statistics
import Terminal

/// What `strict` is asked to compare.
private struct StrictOptions: Sendable {
  var scenarios: [String] = []
  var seeds = 3
  var inputs: Int?
  var retrainings = 30
  var only: [String] = []
  var data: String?
  var tag: String?
  var against: String?
  var rows: Int?
}

private let command = Command(
  "strict",
  "methods for hosts that allow no fine-tuning, compared at equal numbers of scored inputs",
  samples: [
    Sample("strict", "three scenarios, three seeds: an hour on two cores"),
    Sample("strict --scenario topic --seeds 1 --retrainings 0", "a quick look"),
    Sample("strict --data DIR --tag backdoor --against decoy --rows 1000", "on other data"),
  ],
  flags: [
    .repeated("scenario", "NAME", "one of the demo's scenarios; default: all", \.scenarios),
    .value("seeds", "N", "seeds, counted from 0", in: 1...100, \.seeds),
    .value("inputs", "N", "budget of scored inputs; default: 25 times all examples", \.inputs),
    .value("retrainings", "M", "halves of the data for LDS; 0 leaves it out", \.retrainings),
    .repeated("only", "NAME", "only perturbations whose name starts so", \.only),
    .value("data", "DIR", "train.jsonl and queries.jsonl in the place of scenarios", \.data),
    .value("tag", "TAG", "with --data: the rows to find", \.tag),
    .value("against", "TAG", "with --data: the decoys", \.against),
    .value("rows", "N", "with --data: so many training rows, drawn by the seed", \.rows),
  ],
  discussion: "The result is a Markdown table on standard output.",
  defaults: StrictOptions()
)

/// Compares the methods of the strict black box with each other, with fine-tunes and with text search.
///
/// - Parameter words: What comes after `strict` on the command line.
/// - Throws: `UsageError`, or what a run throws.
func strict(_ words: ArraySlice<String>) async throws {
  let options: StrictOptions
  switch try command.parse(Array(words), program: "Benchmarks") {
  case .help:
    let style = Console.output.style(environment: ProcessInfo.processInfo.environment)
    return Console.output.print(
      command.help(program: "Benchmarks", width: Console.output.width, style: style)
    )
  case .run(let read): options = read
  }
  Console.output.print(Comparison.head + "\n")
  for source in try sources(options) {
    var comparison = Comparison(name: source.name)
    for seed in 0..<UInt64(options.seeds) {
      try await compare(&comparison, source, seed: seed, options)
      // What there is so far, should the rest be cut off.
      note(([Comparison.head] + comparison.lines).joined(separator: "\n"))
    }
    Console.output.print(comparison.lines.joined(separator: "\n") + "\n")
  }
}

/// Where the examples come from.
private struct Source {
  let name: String
  let tag: String
  let decoyTag: String?
  let corpus: (UInt64) throws -> Corpus
}

private func sources(_ options: StrictOptions) throws -> [Source] {
  guard let data = options.data else {
    return try (options.scenarios.isEmpty ? Scenario.allCases.map(\.rawValue) : options.scenarios)
      .map { name in
        guard let scenario = Scenario(rawValue: name) else {
          let known = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
          throw UsageError(.badValue, "unknown scenario '\(name)'", hint: "choose of \(known)")
        }
        return Source(
          name: name,
          tag: scenario.plantedTag,
          decoyTag: scenario.decoyTag,
          corpus: scenario.corpus(seed:)
        )
      }
  }
  guard let tag = options.tag else {
    throw UsageError(.missing, "missing option '--tag TAG'", hint: "--data needs it")
  }
  func read(_ name: String, _ role: Role) throws -> [Example] {
    let file = URL(filePath: data).appending(path: name)
    return try ExampleFile.parse(Array(Data(contentsOf: file)), role: role, file: file.path)
  }
  let whole = Corpus(
    train: try read("train.jsonl", .train),
    queries: try read("queries.jsonl", .query)
  )
  return [
    Source(
      name: URL(filePath: data).lastPathComponent,
      tag: tag,
      decoyTag: options.against,
      corpus: { seed in
        var generator = SplitMix64(seed: seed, stream: 4)
        let count = min(options.rows ?? whole.train.count, whole.train.count)
        let drawn = generator.sample(count, of: whole.train.count)
        return Corpus(train: drawn.map { whole.train[$0] }, queries: whole.queries)
      }
    )
  ]
}

/// Measures every perturbation on one corpus.
private func compare(
  _ comparison: inout Comparison,
  _ source: Source,
  seed: UInt64,
  _ options: StrictOptions
) async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: folder) }
  let tuned = try await TunedCorpus(
    corpus: source.corpus(seed),
    tag: source.tag,
    against: source.decoyTag,
    seed: seed,
    folder: folder
  )
  for tag in [source.tag, source.decoyTag].compactMap(\.self) {
    let (given, count) = try await tuned.answered(tag)
    note("\(source.name) \(seed): θ0 gives \(given) of \(count) \(tag) queries their answer")
  }
  var truth: GroundTruth?
  if options.retrainings > 0 {
    let start = processorSeconds
    let made = try await tuned.retrain(options.retrainings)
    comparison.add(made, on: tuned)
    let seconds = Int(processorSeconds - start)
    let ceiling = made.ceiling(of: tuned.asked).map(share) ?? "–"
    note(
      "\(source.name) \(seed): retraining took \(seconds) CPU s; an LDS can be \(ceiling) at most"
    )
    truth = made
  }
  for perturbation in ComparedPerturbation.all
  where options.only.isEmpty || options.only.contains(where: perturbation.name.hasPrefix) {
    let outcome = try await tuned.measure(
      perturbation,
      budget: options.inputs ?? 25 * tuned.inputs,
      against: truth
    )
    comparison.add(outcome, of: perturbation)
    let found = zip(ScoreReading.all, outcome.evaluations).compactMap { reading, evaluation in
      evaluation.map { "\(reading.name) \(share($0.retrieval.ap))" }
    }
    let first = outcome.evaluations[0]
    let stillness = first?.baselines[LowVolatility.name].map { share($0.ap) } ?? "–"
    let twoSided = first?.retrieval.twoSided.map(share) ?? "–"
    note(
      "\(source.name) \(seed): \(perturbation.name), K \(outcome.models), \(outcome.inputs) inputs, "
        + "\(Int(outcome.seconds)) CPU s: AP \(found.joined(separator: ", ")), low volatility "
        + "\(stillness); two-sided \(twoSided)"
        + (outcome.asked.map { "; LDS \(share($0.mean)) ± \(share($0.halfWidth))" } ?? "")
    )
  }
}

private func note(_ text: String) { Console.error.print(text + "\n") }
