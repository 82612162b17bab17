import Configuration
import Experiment
import Files
import FoundationEssentials
import Hosts
import Reports
import Terminal

/// `daunce init`: a configuration to begin with, and rows in a form that hosts take.
enum InitCommand {
  struct Options: Displayed {
    var folder: String?
    var host: String?
    var train: String?
    var queries: String?
    var model: String?
    var base: String?
    var models: Int?
    var output = "run.json5"
    var isForced = false
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "init",
      "write a configuration for your own data, by asking or by options",
      samples: [
        Sample("init", "asks; an empty answer takes what stands in brackets"),
        Sample("init --train train.jsonl --queries queries.jsonl", "on the local reference model"),
        Sample(
          "init mine --train alpaca.json --queries ask.csv",
          "in the folder mine; rows converted"
        ),
        Sample(
          "init --host openai --base gpt-4.1-nano --train train.jsonl --queries queries.jsonl",
          "on a host"
        ),
      ],
      positionals: [.optional("DIR", "folder to write to; default: this one", \.folder)],
      flags: [
        .word(
          "host",
          "NAME",
          "who trains, or reads losses; without it the reference model here",
          of: HostRegistry.all.names,
          \.host
        ),
        .value("train", "FILE", "rows the model was trained on", \.train),
        .value("queries", "FILE", "rows that show the behaviour to explain", \.queries),
        .value("model", "ID", "the tuned model to explain, as the host calls it", \.model),
        .value("base", "ID", "what it was tuned from, or is to be", \.base),
        .value("models", "K", "perturbed models", in: 1...10_000, \.models),
        .value("output", short: "o", "NAME", "name of the configuration", \.output),
        .toggle("force", "write over files of these names", \.isForced),
      ] + Flag.display(json: nil),
      discussion: "Rows may be JSON Lines in a host's form, or a JSON array of them; Alpaca's "
        + "instructions; ShareGPT's conversations; tables with columns prompt and completion, "
        + "instruction and output, or question and answer. What is not JSON Lines is converted "
        + "and written beside the configuration; the files themselves stay as they are.",
      defaults: Options()
    ),
    body: run
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let answers = try Answers(options, interview: .atTerminal)
    let folder = options.folder ?? "."
    let path = folder == "." ? options.output : place(folder) + options.output
    try requireFree(path, options)

    let train = try Source(answers.train, role: .train, folder: folder)
    let queries = try Source(answers.queries, role: .query, folder: folder)
    for source in [train, queries] {
      guard let converted = source.converted, let target = source.target else { continue }
      let known = try? Data(contentsOf: URL(filePath: target))
      if known.map(Array.init) != converted.bytes { try requireFree(target, options) }
    }
    let text = InitialConfiguration(
      host: answers.host,
      train: train.name,
      queries: queries.name,
      model: answers.model,
      base: answers.base,
      models: options.models
    ).text(named: path)
    let base = place(folder)
    let configuration = try RunConfiguration(
      json5: Array(text.utf8),
      folder: base == "./" ? "" : base,
      defaultName: URL(filePath: path).deletingPathExtension().lastPathComponent
    )

    do throws(PrivateFile.Fault) {
      try PrivateFile.makeFolder(folder)
    } catch {
      throw Failure(.failed, "cannot make the folder '\(folder)': \(error.description)")
    }
    for source in [train, queries] { try source.write() }
    let file = try OutputFile(path: path)
    try file.write(Array(text.utf8))
    try file.finish()

    let display = Display(options.display)
    try display.show(Page(train.lines + queries.lines + [.lines([[.init("wrote \(path)")]])]))
    await check(configuration, path: path, display)
    for line in next(path, corpus: Corpus(train: train.examples, queries: queries.examples)) {
      display.note(line)
    }
    return 0
  }

  /// A folder with a slash at its end.
  private static func place(_ folder: String) -> String {
    folder.hasSuffix("/") ? folder : folder + "/"
  }

  private static func requireFree(_ path: String, _ options: Options) throws(Failure) {
    guard !options.isForced, FileManager.default.fileExists(atPath: path) else { return }
    throw Failure(
      .usage,
      "cannot write '\(path)': there is such a file",
      hint: "--force writes over it; --output NAME gives the configuration another name"
    )
  }

  /// Says what a plan has to say.
  private static func check(
    _ configuration: RunConfiguration,
    path: String,
    _ display: Display
  ) async {
    do {
      let run = try await PreparedRun.make(
        configuration,
        store: RunFiles.store(ofConfiguration: path)
      )
      let plan = run.plan()
      display.note(plan.line)
      for warning in plan.warnings { display.note("warning: \(warning)") }
    } catch {
      let failure = Failure(error)
      display.note("warning: " + failure.message + (failure.hint.map { "; \($0)" } ?? ""))
    }
  }

  /// Commands worth trying next.
  private static func next(_ path: String, corpus: Corpus) -> [String] {
    let store = RunFiles.store(ofConfiguration: path)
    let tag = corpus.queries.flatMap(\.tags).distinct.first
    let chosen = tag.map { " --tag \(ShellWord($0))" } ?? ""
    return [
      "next: daunce plan \(ShellWord(path))",
      "      daunce run \(ShellWord(path))",
      "      daunce top \(ShellWord(store))\(chosen) --group",
      "      daunce verify \(ShellWord(store))\(chosen)",
      "      daunce report \(ShellWord(store)) -o report.html",
    ]
  }
}

/// What has to be known before anything is written: from options, or by asking.
private struct Answers {
  let host: HostDefinition
  let train: String
  let queries: String
  let model: String?
  let base: String?

  init(_ options: InitCommand.Options, interview: Interview?) throws {
    let hosts = HostRegistry.all
    func isOpen(_ host: String) -> Bool {
      !hosts.isEmbedded(host) && options.model == nil && options.base == nil
    }
    let isAsking =
      options.train == nil || options.queries == nil
      || isOpen(options.host ?? Defaults.provider)
    var name = options.host
    if name == nil, isAsking, let interview {
      name = interview.ask(
        "Where to train (\(hosts.names.joined(separator: ", ")))",
        usual: Defaults.provider
      )
    }
    let chosen = name ?? Defaults.provider
    guard let host = hosts[chosen] else {
      let meant = nearest(to: chosen, in: hosts.names)
      throw UsageError(
        .badValue,
        "no host is called '\(chosen)'",
        hint: meant.map { "did you mean '\($0)'?" }
          ?? "known: \(hosts.names.joined(separator: ", "))"
      )
    }
    self.host = host
    func needed(
      _ value: String?,
      _ option: String,
      _ question: String,
      usual: String
    ) throws(UsageError) -> String {
      if let value { return value }
      guard let interview else {
        throw UsageError(
          .missing,
          "missing option '\(option)'",
          hint: "see 'daunce help init'; at a terminal it asks"
        )
      }
      return interview.ask(question, usual: usual)
    }
    train = try needed(
      options.train,
      "--train FILE",
      "File with the training rows",
      usual: "train.jsonl"
    )
    queries = try needed(
      options.queries,
      "--queries FILE",
      "File with rows that show the behaviour",
      usual: "queries.jsonl"
    )
    if host.isEmbedded, options.base != nil {
      throw UsageError(
        .badValue,
        "'--base' means nothing for the host '\(chosen)', which has one base only",
        hint: "leave it out"
      )
    }
    var model = options.model
    var base = options.base
    if isOpen(chosen) {
      let none = "none, tune it"
      let answer = try needed(
        nil,
        "--model ID' or '--base ID",
        "The tuned model to explain, as the host calls it",
        usual: none
      )
      model = answer == none ? nil : answer
      if model == nil {
        base = try needed(nil, "--base ID", "The model to tune it from", usual: "reference")
      }
    }
    self.model = model
    self.base = base
  }
}

/// One file of rows: as it is, or converted.
private struct Source {
  let examples: [Example]
  /// How the configuration names it.
  let name: String
  let converted: ConvertedRows?
  /// Where converted rows go.
  let target: String?
  private let path: String
  private let role: Role

  init(_ path: String, role: Role, folder: String) throws(ExampleFileError) {
    self.path = path
    self.role = role
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      // It says why.
      examples = try ExampleFile.read(path: path, role: role)
      (name, converted, target) = (path, nil, nil)
      return
    }
    let bytes = Array(data)
    converted = try ConvertedRows.reading(bytes, role: role, file: path)
    examples = try ExampleFile.parse(converted?.bytes ?? bytes, role: role, file: path)
    guard converted != nil else {
      name = Self.relative(path, to: folder)
      target = nil
      return
    }
    name = (role == .train ? "train" : "queries") + ".converted.jsonl"
    target = folder == "." ? name : URL(filePath: folder).appending(path: name).relativePath
  }

  /// Writes what was converted, for its owner alone.
  func write() throws(ConsoleError) {
    guard let converted, let target else { return }
    let file = try OutputFile(path: target, isPrivate: true)
    try file.write(converted.bytes)
    try file.finish()
  }

  /// What there is to say about it.
  var lines: [Page.Part] {
    let side = role == .train ? "training rows" : "queries"
    let tags = examples.flatMap(\.tags).distinct
    let shown = tags.prefix(8).map { tag in
      "\(tag) (\(examples.count { $0.tags.contains(same: tag) }))"
    }
    var text = "\(examples.count) \(side) in \(path)"
    text += tags.isEmpty ? ", no tags" : ", tags: " + shown.joined(separator: ", ")
    if tags.count > shown.count { text += ", …" }
    guard let converted, let target else { return [.lines([[.init(text)]])] }
    var more = "\(path) holds \(converted.form); converted to \(target)"
    if !converted.dropped.isEmpty {
      more += "; left out: " + converted.dropped.joined(separator: ", ")
    }
    return [.lines([[.init(text)], [.init(more)]])]
  }

  /// A path as a file in a folder names it: relative within the folder, otherwise absolute.
  private static func relative(_ path: String, to folder: String) -> String {
    func absolute(_ path: String) -> String { URL(filePath: path).standardized.absoluteURL.path }
    let inside = absolute(folder)
    let whole = absolute(path)
    let prefix = inside.hasSuffix("/") ? inside : inside + "/"
    return whole.hasPrefix(prefix) ? String(whole.dropFirst(prefix.count)) : whole
  }
}
