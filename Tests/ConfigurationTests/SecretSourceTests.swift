import Hosts
import Testing

@testable import Configuration

@Suite struct SecretTests {
  @Test func `a secret shows itself only when asked`() throws {
    let secret = try #require(Secret("  sk-123\n"))
    #expect(secret.reveal() == "sk-123")
    var dumped = ""
    dump([secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("123"))
    }
    #expect(Secret(" \n") == nil)
  }

  @Test func `a variable that is not set is named`() throws {
    let source = SecretSource.environment("NO_SUCH_KEY")
    let error = #expect(throws: CredentialsError.self) { try source.secret(environment: [:]) }
    #expect(error?.message.contains("NO_SUCH_KEY") == true)
    #expect(try source.secret(environment: ["NO_SUCH_KEY": "k"]).reveal() == "k")
  }
}
