import Configuration
import Experiment
import FoundationEssentials
import Hosts
import Testing

@Suite struct `what a profile says` {
  @Test func `is refused where its wire does not read it`() throws {
    func fault(_ training: String) -> String? {
      let text = """
        { name: 'b', title: 'B', authorization: 'none', training: { parallelJobs: 1,
          minimumExamples: 1, continuesTuned: true, \(training) } }
        """
      do throws(ConfigurationError) {
        _ = try HostProfile.read(json5: Array(text.utf8))
        return nil
      } catch {
        return error.cause
      }
    }
    #expect(fault("wire: 'fireworks', seed: 's'")?.contains("'training.seed'") == true)
    #expect(
      fault("wire: 'openai', paths: { root: '/v1' }")?.contains("'training.paths.root'") == true
    )
    #expect(fault("wire: 'openai', seed: 's'") == nil)
    #expect(fault("wire: 'fireworks', paths: { root: '/v1' }") == nil)
  }

  @Test(arguments: [
    ("", "/a/v1", "/a/v1"), ("/a", "/a/v1", "/a/v1"), ("/a/v1/", "/a/v1", "/a/v1"),
    ("/v1", "/a/v1", "/v1/a/v1"), ("/b", nil, "/b"),
  ])
  func `of a base path is added once`(given: String, path: String?, expected: String) throws {
    let base = path.map { "basePath: '\($0)'," } ?? ""
    let text = "{ name: 'b', title: 'B', \(base) authorization: 'none' }"
    let profile = try HostProfile.read(json5: Array(text.utf8))
    #expect(profile.completed("http://h" + given) == "http://h" + expected)
  }

  @Test func `bytes that are no UTF-8 are an error, also in a bare key`() {
    let error = #expect(throws: ConfigurationError.self) {
      try HostProfile.read(json5: Array("{ n".utf8) + [0xE4] + Array("me: \"x\" }".utf8))
    }
    #expect(error?.cause.contains("UTF-8") == true, "\(error?.cause ?? "")")
  }

  @Test(arguments: [
    (
      "{ name: 'a', title: 'A', authorization: 'none', titel: 'A' }",
      "unknown key 'titel'", "did you mean 'title'?"
    ),
    (
      """
      { name: "a", title: "A", authorization: "none", training: { wire: "openai", parallelJobs: 1,
        minimumExamples: 1, continuesTuned: true, hyperparameters: { place: "body", epochs: "e",
        learningRate: "r", batchsize: "b" } } }
      """, "unknown key 'batchsize' in 'training.hyperparameters'", "did you mean 'batchSize'?"
    ),
    ("{ name: 'a', authorization: 'none' }", "no 'title'", nil),
    ("{ name: 'a', title: 'A', authorization: 'basic' }", "'authorization' has a value", nil),
    ("{ name: 'a', title: 3, authorization: 'none' }", "'title' has a value", nil),
    ("{ name: ", "line 1, column", nil), ("[]", "should hold an object, found a list", nil),
    ("{ name: 'a',\n name: 'b' }", "line 2, column 2: ", "keep one of them"),
  ])
  func `refuses a user's profile with a clear word`(
    text: String,
    words: String,
    hint: String?
  ) {
    let error = #expect(throws: ConfigurationError.self) {
      try HostProfile.read(json5: Array(text.utf8))
    }
    #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")")
    #expect(error?.hint == hint)
  }

  @Test func `is read from the commented example`() throws {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    let path = folder.joined(separator: "/") + "/configs/profile.json5"
    let text = Array(try String(contentsOfFile: path, encoding: .utf8).utf8)
    let profile = try HostProfile.read(json5: text)
    #expect(profile.name == "box" && profile.training?.wire == .openai)
    // What the example does not set, nobody finds.
    func unset(_ value: Any, _ path: String) -> [String] {
      let mirror = Mirror(reflecting: value)
      if mirror.displayStyle == .optional {
        return mirror.children.first.map { unset($0.value, path) } ?? [path]
      }
      guard mirror.displayStyle == .struct, !(value is any ProfileKind) else { return [] }
      return mirror.children.flatMap { unset($0.value, path + "." + ($0.label ?? "")) }
    }
    // Jobs of OpenAI's have no other root.
    #expect(unset(profile, "profile") == ["profile.training.paths.root"])
  }
}
