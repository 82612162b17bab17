import Experiment
import Terminal
import Testing

@testable import Reports

/// Pages for browsers.
struct HTMLTests {
  private func document(_ parts: [Page.Part], data: JSONValue = .null) -> Document {
    Document(
      title: "A <b>title</b>",
      answers: [[Page.Span("yes & no", .strong)]],
      sections: [Document.Section("First", Page(parts))],
      data: data
    )
  }

  private func html(_ parts: [Page.Part], data: JSONValue = .null) -> String {
    String(decoding: document(parts, data: data).html, as: UTF8.self)
  }

  @Test func `nothing from outside is markup, moves the cursor or turns the line around`() {
    let hostile =
      "</script><script>alert(1)</script> \u{1B}[31m \u{202E}gnol \u{0} <img src=x onerror=y> 'q' \"p\""
    let page = html(
      [
        .lines([[Page.Span(hostile), Page.Span(hostile, .mark)]]),
        .notes([Page.Note(hostile, hostile)]),
        .table([Page.Column(hostile)], rows: [[[Page.Span(hostile)]]]),
        .list(
          Page.Listing(
            title: hostile,
            columns: [Page.Column("text")],
            rows: [
              Page.Line(
                id: hostile,
                cells: [[Page.Span(hostile)]],
                details: [Page.Note("prompt", "one\r\n\(hostile)\ntwo")]
              )
            ],
            rule: Page.Rule(rows: 1, text: hostile)
          )
        ),
        .plot(
          Page.Plot(
            title: hostile,
            summary: hostile,
            kind: .bars(
              Page.BarChart(
                groups: [
                  Page.BarChart.Group(
                    name: hostile,
                    bars: [Page.BarChart.Bar(name: hostile, value: 0.5, emphasis: .good)]
                  )
                ]
              )
            )
          )
        ),
      ],
      data: .object([("text", .string(hostile))])
    )
    #expect(!page.contains("alert(1)</"))
    #expect(!page.contains("<img"))
    #expect(page.matches(of: #/<script/#).count == 2)
    #expect(page.unicodeScalars.allSatisfy { $0 != "\u{1B}" && $0 != "\u{202E}" && $0 != "\u{0}" })
    #expect(
      page.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; ␛[31m \u{FFFD}gnol ␀")
    )
    #expect(page.contains("\\u003c/script>"))
    // Lines of a text stay lines.
    #expect(page.contains("one\n&lt;/script&gt;"))
    #expect(page.contains("<title>A &lt;b&gt;title&lt;/b&gt;</title>"))
  }

  @Test func `a page asks for nothing`() {
    let page = html([.lines([[Page.Span("http://example.com is text")]])])
    let links = page.matches(of: #/(?:src|href|action|data)=("[^"]*"|[^ >]*)/#).map { $0.output.1 }
    #expect(links == ["\"data:,\"", "\"#report\"", "\"#part-1\""])
    #expect(!page.contains("url(") && !page.contains("@import"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `a rule stands where it says, and parts of parts get smaller headings`() {
    let rows = ["a", "b", "c"].map { [[Page.Span($0)]] }
    let page = html([
      .heading([Page.Span("small")]),
      .table([Page.Column("x")], rows: rows, rule: Page.Rule(rows: 2, text: "chance")),
    ])
    #expect(page.contains("<h2 id=\"part-1\">First</h2>\n<h3>small</h3>"))
    let order = page.matches(of: #/<bdi>(.)</bdi>|>(chance)</#).map { $0.output.1 ?? $0.output.2 }
    #expect(order == ["a", "b", "chance", "c"])
  }

  @Test func `heat maps draw a path for each strength, and what is missing apart`() {
    let page = html([
      .plot(
        Page.Plot(
          title: "map",
          summary: "sum",
          kind: .heatMap(
            Page.HeatMap(
              names: ["a", "b"],
              values: [[0, 1, -1], [.nan, 0.5, 9]],
              limit: 1,
              axis: "models",
              unit: "nats"
            )
          )
        )
      )
    ])
    #expect(page.contains("class=\"low\" opacity=\"1\" d=\"M2 0h1v1h-1z\""))
    #expect(page.contains("class=\"high\" opacity=\"1\" d=\"M1 0h1v1h-1zM2 1h1v1h-1z\""))
    #expect(page.contains("class=\"high\" opacity=\"0.5\" d=\"M1 1h1v1h-1z\""))
    #expect(page.contains("class=\"none\" opacity=\"1\" d=\"M0 1h1v1h-1z\""))
  }

  @Test func `a row of a megabyte is cut, and says how much is missing`() {
    let long = String(repeating: "a\u{301}b ", count: 250_000)
    let corpus = Corpus(
      train: [Example(id: "long", prompt: .text(long), completion: "short")],
      queries: []
    )
    let notes = Texts(corpus, of: []).details(of: "long", words: ["none"])
    #expect(notes.map(\.label) == ["prompt", "completion"])
    let text = notes[0].spans.map(\.text).joined()
    #expect(text.hasSuffix("… (350,000 more characters)") && text.utf8.count < 2_000_000)
    #expect(notes[1].spans.map(\.text) == ["short"])
    #expect(Texts(corpus, of: []).details(of: "nobody", words: []) == [])
  }
}
