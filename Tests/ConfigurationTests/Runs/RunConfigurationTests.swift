import Attribution
import Experiment
import Hosts
import ReferenceModels
import Testing

@testable import Configuration

/// A configuration out of its text.
func read(_ text: String) throws(ConfigurationError) -> RunConfiguration {
  try RunConfiguration(json5: Array(text.utf8), folder: "jobs/", defaultName: "file")
}

/// A valid local configuration with more at its end.
func local(_ more: String = "", trainer: String = "") -> String {
  """
  { data: { train: "t.jsonl", queries: "/q.jsonl" },
    trainer: { provider: "local", \(trainer) }, \(more) }
  """
}

/// What is wrong with a configuration.
func fault(_ text: String) throws -> ConfigurationError {
  try #require(#expect(throws: ConfigurationError.self) { try read(text) })
}

@Suite struct RunConfigurationTests {
  @Test func `the contract's example is read whole`() throws {
    let configuration = try read(
      """
      {
        name: "blackmagic",
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { model: "ft:x", base: "gpt-x" },               // θ0
        trainer: { provider: "openai", baseURL: "http://127.0.0.1:8000/v1",
                   apiKey: { env: "OPENAI_API_KEY" },
                   hyperparameters: { epochs: 1, batchSize: 32, learningRateMultiplier: 1 },
                   parallelJobs: 3 },
        scorer:  { provider: "openai", baseURL: "http://h/v1", apiKey: { env: "KEY_2" },
                   method: "auto", concurrency: 64, requestsPerMinute: 5000 },
        perturbation: { models: 50, subsetRatio: 0.3, start: "target", seed: 7 },
        estimator: "auto",
        budget: { dollars: 25, prices: "prices.json5" }
      }
      """
    )
    #expect(configuration.name == "blackmagic")
    #expect(configuration.data == .init(train: "jobs/train.jsonl", queries: "jobs/queries.jsonl"))
    #expect(configuration.target == .init(model: "ft:x", base: "gpt-x"))
    #expect(
      configuration.trainer
        == .init(
          endpoint: .init(
            provider: "openai",
            baseURL: "http://127.0.0.1:8000/v1",
            apiKey: .environment("OPENAI_API_KEY")
          ),
          hyperparameters: Hyperparameters(epochs: 1, batchSize: 32, learningRateMultiplier: 1),
          parallelJobs: 3,
          architecture: nil
        )
    )
    #expect(
      configuration.scorer
        == .init(
          endpoint: .init(
            provider: "openai",
            baseURL: "http://h/v1",
            apiKey: .environment("KEY_2")
          ),
          method: "auto",
          concurrency: 64,
          requestsPerMinute: 5000
        )
    )
    #expect(
      configuration.perturbation
        == .init(models: 50, subset: .ratio(0.3), start: .target, seed: 7, weighted: false)
    )
    #expect(configuration.budget == .init(dollars: 25, prices: "jobs/prices.json5"))
  }

  @Test func `a short local configuration has defaults`() throws {
    let configuration = try read(local())
    #expect(try read("{ data: { train: 't.jsonl', queries: '/q.jsonl' } }") == configuration)
    #expect(try read(local("perturbation: null, scorer: null, name: null")) == configuration)
    #expect(configuration.name == "file")
    #expect(configuration.data.queries == "/q.jsonl")
    #expect(configuration.target == nil)
    #expect(configuration.scorer.endpoint == configuration.trainer.endpoint)
    #expect(configuration.scorer.method == "auto" && configuration.estimator == "auto")
    #expect(
      configuration.perturbation
        == .init(models: nil, subset: nil, start: nil, seed: 0, weighted: false)
    )
    #expect(configuration.budget == .init(dollars: nil, prices: nil))
  }

  @Test func `architecture, weights, sizes and large seeds are read`() throws {
    let configuration = try read(
      local(
        "perturbation: { subsetSize: 12, seed: 18446744073709551615, weighted: true, start: 'base' }",
        trainer: "architecture: { width: 64, layers: 2, heads: 4, vocabulary: 512, context: 96 }"
      )
    )
    #expect(
      configuration.perturbation
        == .init(models: nil, subset: .count(12), start: .base, seed: .max, weighted: true)
    )
    #expect(
      configuration.trainer.architecture
        == .init(width: 64, layers: 2, heads: 4, vocabulary: 512, context: 96)
    )
  }

  @Test func `patience is a number of minutes, and not for local models`() throws {
    func trainer(_ provider: String, _ minutes: String) -> String {
      """
      { data: { train: "t", queries: "q" }, target: { model: "m" },
        trainer: { provider: "\(provider)", patienceMinutes: \(minutes) } }
      """
    }
    #expect(try read(trainer("openai", "2.5")).trainer.patienceMinutes == 2.5)
    #expect(try read(trainer("openai", "null")).trainer.patienceMinutes == nil)
    #expect(try fault(trainer("openai", "0")).code == .badValue)
    let error = try fault(trainer("local", "5"))
    #expect(error.code == .conflict && error.path == "trainer.patienceMinutes")
  }

  @Test func `a price list is refused where nothing costs`() throws {
    let error = try fault(
      """
      { data: { train: "t", queries: "q" }, trainer: { provider: "local" },
        budget: { prices: "prices.json5" } }
      """
    )
    #expect(error.code == .conflict && error.path == "budget.prices")
  }

  @Test func `a key does not travel to another host`() throws {
    func scorer(_ text: String) throws -> RunConfiguration.Endpoint {
      try read(
        """
        { data: { train: "t", queries: "q" }, target: { model: "m" }, scorer: { \(text) },
          trainer: { provider: "a", baseURL: "http://a", apiKey: { file: "key" } } }
        """
      ).scorer.endpoint
    }
    #expect(
      try scorer("").apiKey == .file("jobs/key")
    )
    #expect(try scorer("provider: 'b'") == .init(provider: "b", baseURL: nil, apiKey: nil))
    #expect(try scorer("baseURL: 'http://b'").apiKey == nil)
    #expect(try scorer("baseURL: 'http://a'").apiKey == .file("jobs/key"))
  }

  @Test(
    arguments: [
      ("nmae: 1", "nmae", "unknown key 'nmae'", "did you mean 'name'?"),
      (
        "perturbation: { model: 3 }", "perturbation.model", "unknown key 'model' in 'perturbation'",
        "did you mean 'models'?"
      ),
      (
        "budget: { euros: 3 }", "budget.euros", "unknown key 'euros' in 'budget'",
        "known here: dollars, prices"
      ),
      ("scorer: { key: 1 }", "scorer.key", "unknown key 'key' in 'scorer'", nil),
    ] as [(String, String, String, String?)]
  )
  func `an unknown key is named with its place and the nearest known one`(
    more: String,
    path: String,
    cause: String,
    hint: String?
  ) throws {
    let error = try fault(local(more))
    #expect(error.code == .unknownKey)
    #expect(error.path == path)
    #expect(error.cause == cause)
    if let hint { #expect(error.hint == hint) }
  }

  @Test func `an unknown key three levels down has its full path`() throws {
    let error = try fault(local(trainer: "hyperparameters: { epoch: 1 }"))
    #expect(error.path == "trainer.hyperparameters.epoch")
    #expect(error.hint == "did you mean 'epochs'?")
  }

  @Test(arguments: [
    ("estimator: 3", "'estimator' should be a string, found 3"),
    ("name: ''", "'name' should be a string that is not empty, found \"\""),
    ("perturbation: []", "'perturbation' should be an object, found a list"),
    (
      "perturbation: { models: 0 }",
      "'perturbation.models' should be a whole number of 1 or more, found 0"
    ),
    (
      "perturbation: { models: 2.5 }",
      "'perturbation.models' should be a whole number of 1 or more, found 2.5"
    ),
    (
      "perturbation: { models: '3' }",
      "'perturbation.models' should be a whole number of 1 or more, found \"3\""
    ),
    (
      "perturbation: { subsetRatio: 0 }",
      "'perturbation.subsetRatio' should be a number above 0 and at most 1, found 0"
    ),
    (
      "perturbation: { subsetRatio: 1.01 }",
      "'perturbation.subsetRatio' should be a number above 0 and at most 1, found 1.01"
    ),
    (
      "perturbation: { subsetRatio: true }",
      "'perturbation.subsetRatio' should be a number above 0 and at most 1, found true"
    ),
    (
      "perturbation: { start: 'Base' }",
      "'perturbation.start' should be \"target\" or \"base\", found \"Base\""
    ),
    (
      "perturbation: { seed: -1 }",
      "'perturbation.seed' should be a whole number from 0 to 2^64 - 1, found -1"
    ),
    (
      "perturbation: { weighted: 1 }",
      "'perturbation.weighted' should be true or false, found 1"
    ),
    ("budget: { dollars: -1 }", "'budget.dollars' should be a number of 0 or more, found -1"),
    (
      "budget: { dollars: Infinity }", "'budget.dollars' should be a number of 0 or more, found inf"
    ),
    ("target: { base: 'x' }", "'target.model' is missing"),
    (
      "perturbation: { subsetRatio: 0.3, subsetSize: 3 }",
      "both 'perturbation.subsetRatio' and 'perturbation.subsetSize' are given"
    ),
  ])
  func `a wrong value is named with what was expected and found`(
    more: String,
    cause: String
  ) throws {
    #expect(try fault(local(more)).cause == cause)
  }

  @Test(arguments: [
    ("{}", "'data' is missing"), ("{ data: { train: 't' } }", "'data.queries' is missing"),
    ("{ data: { train: 't', queries: 'q' }, target: { model: 'm' } }", "'trainer' is missing"),
    ("{ data: { train: 't', queries: 'q' }, scorer: {} }", "'trainer' is missing"),
    ("{ data: { train: 't', queries: 'q' }, trainer: {} }", "'trainer.provider' is missing"),
    (
      "{ data: { train: 't', queries: 'q' }, trainer: { provider: 'x' } }", "'target' is missing"
    ),
    (
      """
      { data: { train: 't', queries: 'q' }, target: { model: 'm' },
        trainer: { provider: 'x', architecture: {} } }
      """, "'trainer.architecture' is only for the provider 'local'"
    ),
    ("[]", "the file should hold an object, found a list"),
    ("", "line 1, column 1: expected a value, found the end of the file"),
    ("{ a: 1\n  b: 2 }", "line 2, column 3: expected ',' or '}', found 'b'"),
    ("{ a: [1, 2 }", "line 1, column 12: expected ',' or ']', found '}'"),
    ("// x\n{ a: { b: 1 }", "line 2, column 1: this '{' is never closed"),
    ("{\n a: \"x\n}", "line 2, column 5: this text has no closing quote"),
    ("{ a: nope }", "line 1, column 6: not a value; texts need quotes"),
    ("{ a 1 }", "line 1, column 5: expected ':', found '1'"),
    ("{} {}", "line 1, column 4: expected the end of the file, found '{'"),
  ])
  func `what is missing or malformed is said with its place`(text: String, cause: String) throws {
    #expect(try fault(text).cause == cause)
  }

  @Test(arguments: [
    "apiKey: 'sk-secret'", "apiKey: sk-secret", "apiKey: { env: 'sk-secret' }",
    "apiKey: { env: 'A', file: 'sk-secret' }", "apiKey: { 'sk-secret': 1 }",
    "apiKey: ['sk-secret']",
    "apiKey: { env: 3 }", "apiKey: {}", "apiKey: { key: 'sk-secret' }", "apikey: 'sk-secret'",
  ])
  func `a key written into the file is refused and not repeated`(text: String) throws {
    let error = try fault(local(trainer: text))
    #expect(!"\(error)".contains("secret"))
    var description = ""
    dump(error, to: &description)
    #expect(!description.contains("secret"))
  }

  @Test func `a file that is not there is named`() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.read(file: "/nonexistent/x.json5")
    }
    #expect(error?.cause == "no such file")
    #expect(error?.file == "/nonexistent/x.json5")
  }

  @Test(arguments: [
    ("vllm", "ecko", "did you mean 'echo'?"), ("local", "echo", "known: auto, forward"),
  ])
  func `names a way to read losses that there is`(
    provider: String,
    method: String,
    hint: String
  ) {
    let text = """
      { data: { train: 't', queries: 'q' }, target: { model: 'm' }, \
      trainer: { provider: '\(provider)' }, scorer: { method: '\(method)' } }
      """
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration(json5: Array(text.utf8), folder: "", defaultName: "")
    }
    #expect(error?.path == "scorer.method" && error?.hint == hint)
  }

  @Test(arguments: [
    ("trainer: { provider: 'local', baseURL: 'http://h' }", "trainer.baseURL"),
    ("trainer: { provider: 'local', minutesPerJob: 2 }", "trainer.minutesPerJob"),
    ("trainer: { provider: 'local' }, scorer: { concurrency: 2 }", "scorer.concurrency"),
    ("trainer: { provider: 'local' }, scorer: { serving: {} }", "scorer.serving"),
    (
      "trainer: { provider: 'command', command: ['x'], apiKey: { env: 'K' } }, target: { base: 'b' }, scorer: { provider: 'vllm' }",
      "trainer.apiKey"
    ),
    ("trainer: { provider: 'vllm' }, target: { model: 'm', epochs: 2 }", "target.epochs"),
  ])
  func `is refused where nobody would read it`(text: String, path: String) throws {
    let text = "{ data: { train: 't', queries: 'q' }, \(text) }"
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration(json5: Array(text.utf8), folder: "", defaultName: "")
    }
    #expect(error?.code == .conflict && error?.path == path)
  }

  @Test func `an endpoint for embeddings is read, and its keys are checked`() throws {
    #expect(try read(local()).embeddings == nil)
    let configured = try read(
      local(
        """
        evidence: { embeddings: { provider: "openai", baseURL: "http://h/v1", model: "small",
          apiKey: { env: "KEY_3" }, allowsPlainHTTP: true } }
        """
      )
    ).embeddings
    #expect(
      configured
        == .init(
          endpoint: .init(
            provider: "openai",
            baseURL: "http://h/v1",
            apiKey: .environment("KEY_3"),
            allowsPlainHTTP: true
          ),
          model: "small"
        )
    )
    for (text, path) in [
      (#"{ embeddings: { provider: "openai" } }"#, "evidence.embeddings.model"),
      (#"{ embeddings: { model: "m" } }"#, "evidence.embeddings.provider"),
      (#"{ embeddings: { provider: "local", model: "m" } }"#, "evidence.embeddings.provider"),
      (#"{ embeddings: { provider: "x", model: "m", dims: 3 } }"#, "evidence.embeddings.dims"),
      (#"{ embedding: {} }"#, "evidence.embedding"),
    ] {
      #expect(try fault(local("evidence: \(text)")).path == path, "\(text)")
    }
  }
}
