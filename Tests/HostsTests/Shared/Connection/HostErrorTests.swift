import Experiment
import Testing
import Transport

@testable import Hosts

/// An error body as hosts write it, and what it is.
struct ErrorBody: Sendable, CustomTestStringConvertible {
  let status: Int
  let body: String
  let code: HostError.Code
  let hostCode: String?
  /// How the words begin.
  let message: String
  /// What the client does about it.
  let verdict: RetrySchedule.Verdict

  init(
    _ status: Int,
    _ body: String,
    _ code: HostError.Code,
    _ hostCode: String?,
    _ message: String,
    _ verdict: RetrySchedule.Verdict = .final
  ) {
    self.status = status
    self.body = body
    self.code = code
    self.hostCode = hostCode
    self.message = message
    self.verdict = verdict
  }

  init(
    _ status: Int,
    _ body: String,
    _ code: HostError.Code,
    _ message: String,
    _ verdict: RetrySchedule.Verdict = .final
  ) {
    self.init(status, body, code, nil, message, verdict)
  }

  var testDescription: String { "\(status) \(body.prefix(60))" }

  /// What real servers answered: vLLM, llama.cpp, llama-cpp-python and fakeai.
  static let recorded: [ErrorBody] = [
    ErrorBody(400, #"{"detail":"Training file file-none not found"}"#, .refused, "Training file"),
    ErrorBody(
      422,
      #"{"detail":[{"type":"missing","loc":["body","training_file"],"msg":"Field required","input":{}}]}"#,
      .refused,
      "body.training_file: Field required"
    ),
    ErrorBody(
      503,
      #"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#,
      .unavailable,
      "unavailable_error",
      "Loading model",
      .starting
    ),
    ErrorBody(
      400,
      #"{"error":{"code":400,"message":"request (3002 tokens) exceeds the available context size (1024 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":3002,"n_ctx":1024}}"#,
      .contextLength,
      "exceed_context_size_error",
      "request (3002 tokens)"
    ),
    ErrorBody(
      400,
      #"{"error":{"message":"This model's maximum context length is 1024 tokens. However, your prompt contains at least 1025 input tokens.","type":"BadRequestError","param":"input_tokens","code":400}}"#,
      .contextLength,
      "BadRequestError",
      "This model's maximum"
    ),
    ErrorBody(
      400,
      #"{"error":{"message":"This model's maximum context length is 1024 tokens, however you requested 3003 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
      .contextLength,
      "context_length_exceeded",
      "This model's maximum"
    ),
    ErrorBody(
      500,
      #"{"error":{"message":"1 validation error:\n  {'type': 'int_parsing'}","type":"internal_server_error","param":null,"code":null}}"#,
      .refused,
      "internal_server_error",
      "1 validation error: {'type'"
    ),
    ErrorBody(
      500,
      #"{"error":{"code":500,"message":"[json.exception.parse_error.101] parse error at line 1","type":"server_error"}}"#,
      .refused,
      "server_error",
      "[json.exception"
    ),
    ErrorBody(
      500,
      #"{"error":{"message":"","type":"internal_server_error","param":null,"code":null}}"#,
      .unavailable,
      "internal_server_error",
      "'{\"error\"",
      .retry
    ),
    ErrorBody(500, "Internal Server Error", .unavailable, "'Internal Server Error'", .retry),
    ErrorBody(401, #"{"error": "Unauthorized"}"#, .credentials, "Unauthorized"),
    ErrorBody(
      404,
      #"{"error":{"message":"The model `no-such-model` does not exist.","type":"NotFoundError","param":"model","code":404}}"#,
      .notFound,
      "NotFoundError",
      "The model `no-such-model`"
    ),
    ErrorBody(
      400,
      #"{"error":{"message":"1 validation error:\n  {'loc': 'body.max_tokens'}","type":"Bad Request","param":"body.max_tokens","code":400}}"#,
      .refused,
      "Bad Request",
      "1 validation error"
    ),
  ]

  /// What hosts' documents and users' reports tell.
  static let reported: [ErrorBody] = [
    ErrorBody(
      429,
      #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
      .credit,
      "insufficient_quota",
      "You exceeded"
    ),
    ErrorBody(402, "", .credit, "an empty body"),
    ErrorBody(
      429,
      #"{"error":{"message":"Rate limit reached for requests","type":"requests","code":"rate_limit_exceeded"}}"#,
      .rateLimited,
      "rate_limit_exceeded",
      "Rate limit reached",
      .throttled
    ),
    ErrorBody(
      429,
      #"{"error":{"message":"Requests to the fine-tuned deployment have exceeded the call rate limit","code":"429"}}"#,
      .rateLimited,
      "429",
      "Requests to",
      .throttled
    ),
    ErrorBody(
      429,
      #"{"error":{"message":"You have reached the maximum number of active fine-tuning jobs"}}"#,
      .jobLimit,
      "You have reached"
    ),
    ErrorBody(
      403,
      #"{"error":{"message":"You are not allowed to request logprobs from this model","code":null}}"#,
      .unsupported,
      "You are not allowed"
    ),
    ErrorBody(403, #"{"error":{"message":"no access"}}"#, .credentials, "no access"),
    ErrorBody(
      400,
      #"{"error":{"message":"Setting 'echo' and 'logprobs' at the same time is not supported for this model."}}"#,
      .unsupported,
      "Setting 'echo'"
    ),
    ErrorBody(
      400,
      #"{"error":{"message":"5 is greater than the maximum of 1 - 'logprobs'"}}"#,
      .refused,
      "5 is greater"
    ),
    // One example's own words end no run.
    ErrorBody(
      400,
      #"{"error":{"message":"cannot encode 'echo chamber'"}}"#,
      .refused,
      "cannot encode"
    ),
    ErrorBody(
      400,
      #"{"error":{"message":"The response was filtered","code":"content_filter"}}"#,
      .moderation,
      "content_filter",
      "The response"
    ),
    ErrorBody(
      422,
      #"{"error":"`inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}"#,
      .contextLength,
      "validation",
      "`inputs` tokens"
    ),
    ErrorBody(409, #"{"code":6,"message":"dataset exists","details":[]}"#, .refused, "dataset"),
    ErrorBody(409, #"{"message":"could not get lock"}"#, .refused, "could not", .retry),
    ErrorBody(
      502,
      "<html><body>Bad Gateway</body></html>",
      .unavailable,
      "'<html><body>Bad Gateway",
      .retry
    ),
    ErrorBody(
      503,
      #"{"error":{"code":"DEPLOYMENT_SCALING_UP"}}"#,
      .unavailable,
      "DEPLOYMENT_SCALING_UP",
      "'{",
      .starting
    ),
    ErrorBody(404, #"{"detail":"Not Found"}"#, .notFound, "Not Found"),
    ErrorBody(413, "{}", .refused, "'{}'"),
    ErrorBody(412, #"{"error":{"message":"account suspended"}}"#, .credentials, "account"),
    ErrorBody(500, #"{"error":[1,[2]],"detail":{"x":NaN}}"#, .unavailable, "'{", .retry),
    ErrorBody(302, "", .configuration, "an empty body"),
  ]
}

@Suite struct `a host's error` {
  @Test(arguments: ErrorBody.recorded + ErrorBody.reported)
  func `is understood in every shape, and repeated only where that can help`(sample: ErrorBody) {
    let body = Array(sample.body.utf8)
    let error = HostError(
      status: sample.status,
      fields: [Exchange.Field("x-request-id", "r-1")],
      body: body,
      asked: "box, POST /x,"
    )
    #expect(error.code == sample.code)
    #expect(error.hostCode == sample.hostCode)
    #expect(error.status == sample.status)
    let start = "box, POST /x, answered \(sample.status): \(sample.message)"
    #expect(error.message.hasPrefix(start), "\(error.message)")
    #expect(!error.message.contains("\n") && error.description.hasSuffix(" (request r-1)"))
    let response = HTTPResponse(status: sample.status, body: body)
    for call in [Call.score("{}"), Call("GET", "/models", purpose: .read)] {
      let verdict = HostConnection.verdict(response, call) ?? RetrySchedule.verdict(response)
      #expect(verdict == sample.verdict)
    }
  }

  @Test(arguments: [
    (#"{"error":{"message":"x"}}"#, HostError.Code.refused), (#"{"error":"x"}"#, .refused),
    (#"{"object":"error","message":"no such model","code":404}"#, .notFound),
    (#"{"error":{"message":"busy","code":503}}"#, .unavailable),
    (#"{"error":null,"choices":[]}"#, nil),
    (#"{"id":"ftjob-1","error":{"message":"bad file"}}"#, nil), (#"{"id":"j","error":{}}"#, nil),
    (#"{"choices":[{"text":"\"error\""}]}"#, nil), (#"{"error":{}}"#, nil), ("", nil),
    (#"{"error":"x""#, nil),
  ])
  func `hides in a good reply only when there is nothing else`(body: String, code: HostError.Code?)
  {
    #expect(HostError.inside(Array(body.utf8), asked: "box")?.code == code)
  }

  @Test(arguments: [
    ("<html>", RetrySchedule.Verdict.retry), ("", .retry), (#"{"choices":["#, .retry),
    (" {\"choices\":[]}\n", nil), (#"{"error":{"message":"busy","code":503}}"#, .retry),
    (#"{"error":{"message":"no such model","code":404}}"#, .final),
  ])
  func `may be a page or half a reply of something in between`(
    body: String,
    verdict: RetrySchedule.Verdict?
  ) {
    let response = HTTPResponse(status: 200, body: Array(body.utf8))
    #expect(HostConnection.verdict(response, .score("{}")) == verdict)
    // What makes something is never asked again for a reply's sake.
    #expect(HostConnection.verdict(response, .job) == nil)
  }

  @Test func `of a file that is no JSON is none`() {
    let read = Call("GET", "/files/a/content", purpose: .read)
    for text in ["step,loss\n1,2", ""] {
      let response = HTTPResponse(status: 200, body: Array(text.utf8))
      #expect(HostConnection.verdict(response, read) == nil)
    }
  }

  @Test func `quotes at most a line of a long body`() {
    let body = [UInt8](repeating: 0x61, count: 1 << 20)
    let error = HostError(status: 500, fields: [], body: body, asked: "box")
    #expect(error.message.count < 600)
  }

  @Test(arguments: [
    // Behind blank lines, an id beside it.
    (
      String(repeating: "\n", count: 900)
        + #"{"id":"x","error":{"message":"overloaded","code":503}}"#,
      HostError.Code.unavailable, "overloaded"
    ),
    (#"{"id":"x","choices":null,"error":{"message":"the model crashed"}}"#, .refused, "crashed"),
    (#"{"id":"x","object":"text_completion","choices":null}"#, .unavailable, "choices"),
    (#"{"choices":[{"finish_reason":"stop"},{"finish_reason":"error"}]}"#, .unavailable, "stop"),
    (
      #"{"choices":[{"finish_reason":"error","error":{"code":502,"message":"died"}}]}"#,
      .unavailable, "died"
    ),
    (
      #"{"choices":[{"text":"","error":{"code":"429","message":"slow down"}}]}"#, .rateLimited,
      "slow"
    ),
    (#"{"choices":[{"error":{"message":"content_filter: violence"}}]}"#, .moderation, "violence"),
    (#"{"message":"no capacity left","request":"r"}"#, .unavailable, "no capacity"),
    (#"{"detail":[{"loc":["body","prompt"],"msg":"too odd"}]}"#, .refused, "body.prompt: too odd"),
    (#"{"error":"rate limit reached"}"#, .rateLimited, "rate limit"),
  ])
  func `is found in the reply to a loss wherever it stands`(
    body: String,
    code: HostError.Code,
    words: String
  ) throws {
    let error = try #require(HostError.inside(Array(body.utf8), asked: "box", isReading: true))
    #expect(error.code == code && error.message.contains(words), "\(error)")
  }

  @Test(arguments: [
    #"{"error":null,"choices":[{"finish_reason":"length","error":null,"text":"a"}]}"#,
    #"{"error":{},"choices":[{"text":"a"}]}"#, #"{"error":"","tokens":[1]}"#,
    #"{"choices":[{"logprobs":{"tokens":["error"],"top_logprobs":[{"error":-1}]}}]}"#,
    #"{"choices":[{"message":{"role":"assistant","content":"error"}}]}"#,
    #"{"prompt":"detail","detail":"rendered"}"#, #"[{"meta_info":{"error":"no"}}]"#,
  ])
  func `is not seen in the reply to a loss that holds none`(body: String) {
    #expect(HostError.inside(Array(body.utf8), asked: "box", isReading: true) == nil)
  }

  @Test(arguments: [
    (
      #"{"error":{"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"no logprobs here\"}}"}}}"#,
      "Provider returned error: no logprobs here"
    ),
    (
      #"{"error":{"message":"failed.","metadata":{"raw":"upstream said no"}}}"#,
      "failed. upstream said no"
    ),
    (
      #"{"error":{"code":"x","message":"outer","innererror":{"code":"Policy","error":{"message":"inner"}}}}"#,
      "outer: inner"
    ),
    (
      #"{"error":{"message":"outer","innererror":{"code":"PolicyViolation"}}}"#,
      "outer: PolicyViolation"
    ),
    (
      #"{"error":{"message":"bad","details":[{"message":"one"},{"message":"two"}]}}"#,
      "bad: one: two"
    ),
    (#"{"error":{"message":"too large","param":"max_tokens"}}"#, "too large: param 'max_tokens'"),
    (#"{"error":{"message":"bad max_tokens","param":"max_tokens"}}"#, "bad max_tokens"),
    (#"{"error":{"error":{"error":"deep"}}}"#, "deep"),
    (#"{"detail":{"error":"nested","reason":"why"}}"#, "nested: why"),
    (#"{"error":{"message":"said twice","detail":"said twice"}}"#, "said twice"),
    (#"{"error":{"message":"[1] is no prompt"}}"#, "[1] is no prompt"),
  ])
  func `is told with the reasons that stand around it`(body: String, words: String) {
    let error = HostError(status: 400, fields: [], body: Array(body.utf8), asked: "box")
    #expect(error.message == "box answered 400: \(words)")
  }

  @Test func `is known by a code that an upstream gave`() {
    let body =
      #"{"error":{"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"x\",\"code\":\"context_length_exceeded\"}}"}}}"#
    let error = HostError(status: 400, fields: [], body: Array(body.utf8), asked: "box")
    #expect(error.code == .contextLength)
  }

  @Test func `that goes on without end is read to a depth`() {
    let body =
      String(repeating: #"{"error":"#, count: 100) + "1" + String(repeating: "}", count: 100)
    let error = HostError(status: 400, fields: [], body: Array(body.utf8), asked: "box")
    #expect(error.code == .refused && error.message.count < 600)
  }
}
