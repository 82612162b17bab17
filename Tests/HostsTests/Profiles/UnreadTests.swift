import Experiment
import Hosts
import Testing

@Suite struct `what a profile says` {
  @Test func `is refused where its wire does not read it`() throws {
    func fault(_ training: String) -> String? {
      let text = """
        { name: 'b', title: 'B', authorization: 'none', training: { parallelJobs: 1,
          minimumExamples: 1, continuesTuned: true, \(training) } }
        """
      do throws(HostError) {
        _ = try HostProfile.read(json5: Array(text.utf8))
        return nil
      } catch {
        return error.message
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
}
