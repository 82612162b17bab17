import Experiment
import Testing

@Suite struct `a digest` {
  // Test vectors of RFC 9923 for FNV-1a with 128 bits.
  @Test(arguments: [
    ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
    ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
  ])
  func `is FNV-1a, of an array as of any sequence`(text: String, hexadecimal: String) {
    var ofArray = Digest()
    ofArray.update(Array(text.utf8))
    var ofSequence = Digest()
    ofSequence.update(text.utf8)
    #expect(ofArray == ofSequence && ofArray.description == hexadecimal)
  }
}
