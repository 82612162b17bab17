extension HTML {
  /// A chart as inline SVG of 440 units' width, so that its words can be read on a phone.
  mutating func svg(_ plot: Page.Plot) {
    switch plot.kind {
    case .histogram(let chart): histogram(chart, plot)
    case .line(let chart): line(chart, plot)
    case .heatMap(let chart): heatMap(chart, plot)
    case .timeline(let chart): timeline(chart, plot)
    case .bars(let chart): bars(chart, plot)
    }
  }

  private static let width = 440.0

  private mutating func open(_ plot: Page.Plot, height: Double) {
    raw("<svg viewBox=\"0 0 440 \(number(height))\" role=\"img\" aria-label=")
    attribute("\(plot.title). \(plot.summary)")
    raw(">\n")
  }

  private mutating func close() { raw("</svg>\n") }

  /// Words at a place; `end` stands before it, `middle` around it.
  private mutating func label(_ text: String, _ x: Double, _ y: Double, _ anchor: String = "start")
  {
    raw("<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">")
    self.text(text)
    raw("</text>\n")
  }

  private mutating func stroke(_ kind: String, _ from: (Double, Double), _ to: (Double, Double)) {
    raw(
      "<line class=\"\(kind)\" x1=\"\(number(from.0))\" y1=\"\(number(from.1))\" "
        + "x2=\"\(number(to.0))\" y2=\"\(number(to.1))\"/>\n"
    )
  }

  private mutating func box(
    _ kind: String,
    _ x: Double,
    _ y: Double,
    _ width: Double,
    _ height: Double
  ) {
    raw(
      "<rect class=\"\(kind)\" x=\"\(number(x))\" y=\"\(number(y))\" "
        + "width=\"\(number(width))\" height=\"\(number(height))\"/>\n"
    )
  }

  /// A number with few digits after the point, or none.
  private func number(_ value: Double, scale: Double = 10) -> String {
    let rounded = (min(max(value.isFinite ? value : 0, -1e6), 1e6) * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private mutating func histogram(_ chart: Page.Histogram, _ plot: Page.Plot) {
    let (left, top, bottom) = (8.0, 24.0, 150.0)
    open(plot, height: 185)
    let across = Self.width - 2 * left
    let width = across / Double(max(1, chart.counts.count))
    // A root, because the few high scores matter and a linear scale would hide them.
    let most = Double(chart.counts.max() ?? 0).squareRoot()
    for (bin, count) in chart.counts.enumerated() where count > 0 {
      let height = Double(count).squareRoot() / max(most, 1) * (bottom - top)
      box("ink", left + Double(bin) * width, bottom - height, max(width - 1, 1), height)
    }
    stroke("axis", (left, bottom), (Self.width - left, bottom))
    let digits = Numerals.digits(for: [chart.low, chart.high])
    label(Numerals.fixed(chart.low, digits), left, bottom + 17)
    label(Numerals.fixed(chart.high, digits), Self.width - left, bottom + 17, "end")
    label(
      "\(chart.axis); heights are square roots of counts",
      Self.width / 2,
      bottom + 32,
      "middle"
    )
    if let mark = chart.mark, chart.high > chart.low {
      let place = left + (mark.value - chart.low) / (chart.high - chart.low) * across
      let x = min(max(place, left), Self.width - left)
      stroke("rule", (x, top - 6), (x, bottom))
      label(mark.text, x > Self.width / 2 ? x - 4 : x + 4, 13, x > Self.width / 2 ? "end" : "start")
    }
    close()
  }

  private mutating func line(_ chart: Page.LineChart, _ plot: Page.Plot) {
    let (left, right, top, bottom) = (38.0, Self.width - 10, 10.0, 170.0)
    open(plot, height: 210)
    let most = max((chart.curve + chart.points).map(\.x).max() ?? 1, 1)
    func x(_ value: Double) -> Double { left + value / most * (right - left) }
    func y(_ value: Double) -> Double { bottom - min(max(value, 0), 1) * (bottom - top) }
    for tick in [0.0, 0.5, 1.0] {
      stroke("axis", (left, y(tick)), (right, y(tick)))
      label(Numerals.fixed(tick, 1), left - 6, y(tick) + 4, "end")
    }
    func path(_ points: [(Double, Double)]) -> String {
      points.enumerated().map { place, point in
        "\(place == 0 ? "M" : "L")\(number(point.0)) \(number(point.1))"
      }.joined()
    }
    if chart.band.count == chart.curve.count, !chart.band.isEmpty {
      let upper = zip(chart.curve, chart.band).map { (x($0.x), y($1.upperBound)) }
      let lower = zip(chart.curve, chart.band).map { (x($0.x), y($1.lowerBound)) }
      raw("<path class=\"band\" d=\"\(path(upper + lower.reversed()))Z\"/>\n")
    }
    raw("<path class=\"trace\" d=\"\(path(chart.curve.map { (x($0.x), y($0.y)) }))\"/>\n")
    for point in chart.points {
      raw(
        "<circle class=\"ink\" cx=\"\(number(x(point.x)))\" cy=\"\(number(y(point.y)))\" r=\"4\"/>\n"
      )
    }
    label("0", left, bottom + 18, "middle")
    label(Numerals.fixed(most, 0), right, bottom + 18, "end")
    label(
      "\(chart.yAxis) against \(chart.xAxis); dots were measured",
      (left + right) / 2,
      bottom + 34,
      "middle"
    )
    close()
  }

  private mutating func heatMap(_ chart: Page.HeatMap, _ plot: Page.Plot) {
    let left = 128.0
    let height = 9.0
    let columns = chart.values.map(\.count).max() ?? 0
    let width = (Self.width - left - 8) / Double(max(1, columns))
    let bottom = 8 + height * Double(chart.values.count)
    open(plot, height: bottom + 40)
    // One path for each of a few strengths is a tenth of a box for each cell.
    let steps = 4
    var paths = [Int: String]()
    for (line, values) in chart.values.enumerated() {
      for (column, value) in values.enumerated() {
        guard value.isFinite else {
          paths[.min, default: ""] += cell(column, line)
          continue
        }
        let strength = chart.limit > 0 ? value / chart.limit * Double(steps) : 0
        let step = Int(min(max(strength, -Double(steps)), Double(steps)).rounded())
        if step != 0 { paths[step, default: ""] += cell(column, line) }
      }
    }
    func cell(_ column: Int, _ line: Int) -> String { "M\(column) \(line)h1v1h-1z" }
    raw(
      "<g transform=\"translate(\(number(left)) 8) scale(\(number(width, scale: 1000)) \(number(height)))\">\n"
    )
    for (step, path) in paths.sorted(by: { $0.key < $1.key }) {
      let kind = step == .min ? "none" : step < 0 ? "low" : "high"
      let opacity = step == .min ? 1 : Double(step.magnitude) / Double(steps)
      raw("<path class=\"\(kind)\" opacity=\"\(number(opacity, scale: 1000))\" d=\"\(path)\"/>\n")
    }
    raw("</g>\n")
    // As many names as have room; those of the queries, at the end, matter most.
    let every = max(2, (chart.names.count + 11) / 12)
    for (line, name) in chart.names.enumerated()
    where (chart.names.count - 1 - line) % every == 0 {
      label(
        name.count > 17 ? name.prefix(16) + "…" : name,
        left - 5,
        8 + height * Double(line) + 9,
        "end"
      )
    }
    label("\(chart.axis) →", left, bottom + 16)
    box("low", 8, bottom + 24, 10, 10)
    label("−\(Numerals.fixed(chart.limit, 2))", 22, bottom + 34)
    box("high", 78, bottom + 24, 10, 10)
    label("+\(Numerals.fixed(chart.limit, 2)) \(chart.unit)", 92, bottom + 34)
    close()
  }

  private mutating func timeline(_ chart: Page.Timeline, _ plot: Page.Plot) {
    let height = min(12.0, max(3.0, 400 / Double(max(1, chart.bars.count))))
    let bottom = 8 + height * Double(chart.bars.count)
    open(plot, height: bottom + 24)
    let (left, right) = (8.0, Self.width - 8)
    func x(_ time: Double) -> Double { left + time / max(chart.end, 1e-9) * (right - left) }
    for cut in chart.cuts { stroke("cut", (x(cut), 4), (x(cut), bottom)) }
    for (line, bar) in chart.bars.enumerated() {
      let kind = bar.emphasis == .accent ? "ink" : "\(bar.emphasis)"
      let from = x(bar.span.lowerBound)
      box(
        kind,
        from,
        8 + height * Double(line),
        max(1.5, x(bar.span.upperBound) - from),
        height * 0.8
      )
    }
    stroke("axis", (left, bottom), (right, bottom))
    label("0", left, bottom + 17)
    label("\(Numerals.fixed(chart.end, chart.end < 10 ? 1 : 0)) s", right, bottom + 17, "end")
    close()
  }

  private mutating func bars(_ chart: Page.BarChart, _ plot: Page.Plot) {
    let (left, right, height) = (150.0, Self.width - 46, 22.0)
    let lines = chart.groups.reduce(0) { $0 + $1.bars.count + 1 }
    open(plot, height: 8 + height * Double(lines))
    var y = 8.0
    for group in chart.groups {
      label(group.name, 4, y + 14)
      y += height
      for bar in group.bars {
        let length = min(max(bar.value, 0), 1) * (right - left)
        label(bar.name, left - 6, y + 14, "end")
        box(
          bar.emphasis == .accent ? "ink" : "\(bar.emphasis)",
          left,
          y + 3,
          max(length, 1),
          height - 8
        )
        label(Numerals.fixed(bar.value, 2), left + length + 5, y + 14)
        y += height
      }
    }
    close()
  }
}
