import Hosts
import Testing

@Suite struct `addresses of servers` {
  @Test(arguments: [
    ("http://h:8000/v1/", "http://h:8000", "http://h:8000"),
    ("https://gw/vllm/v1", "https://gw/vllm", "https://gw"), ("http://h", "http://h", "http://h"),
  ])
  func `have roots and origins`(base: String, root: String, origin: String) {
    #expect(ServerAddress.root(of: base) == root)
    #expect(ServerAddress.origin(of: base) == origin)
  }
}
