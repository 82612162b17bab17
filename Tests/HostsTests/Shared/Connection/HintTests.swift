import Experiment
import Hosts
import TestSupport
import Testing
import Transport

@Suite struct `the hint of an error` {
  private func hint(_ url: String, _ answer: LoopbackServer.Answer? = nil) async throws -> String {
    let error = await #expect(throws: HostError.self) {
      _ = try await HostConnection.test(url).send(Call("GET", "/models", purpose: .read))
    }
    return error?.hint ?? "none"
  }

  @Test func `names the key that allows plain http`() async throws {
    #expect(try await hint("http://192.0.2.1").contains("allowsPlainHTTP: true"))
  }

  @Test func `tells a wrong port from a port without https`() async throws {
    #expect(try await hint("http://127.0.0.1:1").contains("check the port in baseURL"))
    let server = try LoopbackServer { _ in .json("{}") }
    let secure = server.url.replacing("http://", with: "https://")
    #expect(try await hint(secure).contains("https"))
  }

  @Test(arguments: [
    (404, "<html>no such page</html>", "baseURL ends before /completions"),
    (404, #"{"detail":"Not Found"}"#, "baseURL ends before /completions"),
    (404, "404 page not found", "none"),
    (405, #"{"detail":"Method Not Allowed"}"#, "baseURL ends before /completions"),
    (404, #"{"error":{"message":"The model `x` does not exist."}}"#, "none"),
    (400, "Client sent an HTTP request to an HTTPS server.", "write baseURL with https://"),
    (
      400, "<html><center>The plain HTTP request was sent to HTTPS port</center></html>",
      "write baseURL with https://"
    ),
  ])
  func `reads a reply from a wrong address`(status: Int, body: String, hint: String) async throws {
    let server = try LoopbackServer { _ in .reply(status, [:], Array(body.utf8)) }
    #expect(try await self.hint(server.url).contains(hint))
  }
}
