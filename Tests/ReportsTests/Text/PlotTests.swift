import Terminal
import Testing

@testable import Reports

/// Charts as text.
struct PlotTests {
  private func text(_ kind: Page.Plot.Kind, width: Int = 40) -> [String] {
    let plot = Page.Plot(title: "Title", summary: "Said.", kind: kind)
    return Page([.plot(plot)]).rendered(width: width, style: .plain).split(separator: "\n").map {
      String($0)
    }
  }

  @Test func `a histogram has its highest values on top and a rule where chance begins`() {
    let lines = text(
      .histogram(
        Page.Histogram(
          low: 0,
          high: 4,
          counts: [16, 4, 0, 1],
          axis: "score",
          mark: Page.Mark(value: 2.5, text: "chance")
        )
      )
    )
    #expect(
      lines == [
        "Title", "  3.00     ████▌ 1", "  2.00", "  ── chance", "  1.00     █████████ 4",
        "  0.00     ██████████████████ 16", "  Said.",
      ]
    )
  }

  @Test func `lines, bars, times and maps fit into the width`() {
    let bars = text(
      .bars(
        Page.BarChart(
          groups: [
            Page.BarChart.Group(
              name: "odd",
              bars: [
                Page.BarChart.Bar(name: "before", value: 1, emphasis: .accent),
                Page.BarChart.Bar(name: "after", value: 0, emphasis: .good),
              ]
            )
          ]
        )
      )
    )
    #expect(
      bars == [
        "Title", "  odd", "    before ██████████████████████ 1.00", "    after   0.00", "  Said.",
      ]
    )
    let growth = text(
      .line(
        Page.LineChart(
          xAxis: "models",
          yAxis: "reliability",
          points: [Page.Point(x: 10, y: 0.5)],
          curve: [Page.Point(x: 10, y: 0.5), Page.Point(x: 20, y: 0.75)],
          band: []
        )
      )
    )
    #expect(growth[1] == "  10 models     ████████ 0.50")
    #expect(growth[2] == "  20 expected   ████████████ 0.75")
    let times = text(
      .timeline(
        Page.Timeline(
          bars: [
            Page.Timeline.Bar(name: "target", span: 0...5, emphasis: .accent),
            Page.Timeline.Bar(name: "model-0", span: 5...10, emphasis: .bad),
          ],
          end: 10,
          cuts: []
        )
      )
    )
    #expect(times[1].hasPrefix("  target  ━━━━━━━━"))
    #expect(
      times[2] == "  model-0 " + String(repeating: " ", count: 14)
        + String(repeating: "━", count: 15)
    )
    let map = text(
      .heatMap(
        Page.HeatMap(
          names: ["rows 1–2", "all"],
          values: [[1, -1, 0], [.nan, 0.1, 0.3]],
          limit: 1,
          axis: "m",
          unit: "n"
        )
      )
    )
    #expect(map[1] == "  rows 1–2 +− ")
    #expect(map[2] == "  all      · +")
    for lines in [bars, growth, times, map] {
      #expect(lines.allSatisfy { $0.displayWidth <= 40 })
    }
  }
}
