import Terminal

extension Page.Plot {
  /// The chart as lines of a terminal.
  ///
  /// - Parameters:
  ///   - width: Columns there are.
  ///   - style: How inks look.
  /// - Returns: A heading, the chart and its sentence.
  func lines(width: Int, style: Style) -> [String] {
    let room = max(20, min(width, 100) - 2)
    let body: [StyledText] =
      switch kind {
      case .histogram(let chart): chart.lines(room)
      case .line(let chart): chart.lines(room)
      case .heatMap(let chart): chart.lines(room, style)
      case .timeline(let chart): chart.lines(room)
      case .bars(let chart): chart.lines(room)
      }
    return StyledText(title, .strong).wrapped(to: width).map { $0.rendered(style) }
      + body.map { "  " + $0.truncated(to: room).rendered(style) }
      + StyledText(summary, .faint).wrapped(to: width - 2).map { "  " + $0.rendered(style) }
  }
}

/// A bar of blocks, in eighths of a column, at least one eighth for anything above 0.
private func bar(_ share: Double, of columns: Int) -> String {
  guard share > 0, columns > 0 else { return "" }
  let eighths = max(1, Int((min(share, 1) * Double(columns) * 8).rounded()))
  let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
}

private func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.displayWidth))
}

extension Page.Histogram {
  /// One line for several bins, so that a screen holds them.
  fileprivate func lines(_ room: Int) -> [StyledText] {
    let size = max(1, (counts.count + 14) / 15)
    let digits = Numerals.digits(for: [low, high])
    let width = (high - low) / Double(max(1, counts.count))
    let sums = stride(from: 0, to: counts.count, by: size).map { first in
      (first, counts[first..<min(first + size, counts.count)].reduce(0, +))
    }
    let most = Double(sums.map(\.1).max() ?? 0).squareRoot()
    return sums.reversed().flatMap { first, count -> [StyledText] in
      let start = low + width * Double(first)
      let end = start + width * Double(size)
      let line =
        StyledText(padded(Numerals.fixed(start, digits), to: count > 0 ? 9 : 0))
        + StyledText(bar(Double(count).squareRoot() / max(most, 1), of: room - 20), .accent)
        + StyledText(count > 0 ? " \(Numerals.grouped(count))" : "", .faint)
      guard let mark, (start..<end).contains(mark.value) else { return [line] }
      return [line, StyledText("── \(mark.text)", .warning)]
    }
  }
}

extension Page.LineChart {
  fileprivate func lines(_ room: Int) -> [StyledText] {
    points.map { point in
      StyledText(padded("\(Numerals.fixed(point.x, 0)) \(xAxis)", to: 14))
        + StyledText(bar(point.y, of: room - 22), .accent)
        + StyledText(" " + Numerals.fixed(point.y, 2), .faint)
    }
      + (curve.last.map { end in
        [
          StyledText(padded("\(Numerals.fixed(end.x, 0)) expected", to: 14))
            + StyledText(bar(end.y, of: room - 22), .faint)
            + StyledText(" " + Numerals.fixed(end.y, 2), .faint)
        ]
      } ?? [])
  }
}

extension Page.HeatMap {
  fileprivate func lines(_ room: Int, _ style: Style) -> [StyledText] {
    let name = min(24, names.map(\.displayWidth).max() ?? 0)
    let shades = [" ", "░", "▒", "▓", "█"]
    return zip(names, values).map { title, line in
      var text = StyledText(padded(String(title.prefix(name)), to: name + 1), .faint)
      for value in line.prefix(max(0, room - name - 1)) {
        guard value.isFinite else {
          text += StyledText("·", .faint)
          continue
        }
        let step = limit > 0 ? min(4, Int((value.magnitude / limit * 4).rounded())) : 0
        // Without colour a plus or a minus says the side.
        let plain = step == 0 ? " " : value > 0 ? "+" : "−"
        text += StyledText(
          style.usesColour ? shades[step] : plain,
          value > 0 ? .warning : .accent
        )
      }
      return text
    }
  }
}

extension Page.Timeline {
  fileprivate func lines(_ room: Int) -> [StyledText] {
    let name = bars.map(\.name.displayWidth).max() ?? 0
    let columns = Double(max(1, room - name - 2))
    return bars.map { bar in
      let from = Int(bar.span.lowerBound / max(end, 1e-9) * columns)
      let to = max(from + 1, Int((bar.span.upperBound / max(end, 1e-9) * columns).rounded()))
      let ink: Ink =
        switch bar.emphasis {
        case .bad: .bad
        case .warning: .warning
        default: .accent
        }
      return StyledText(padded(bar.name, to: name + 1) + String(repeating: " ", count: from))
        + StyledText(String(repeating: "━", count: to - from), ink)
    }
  }
}

extension Page.BarChart {
  fileprivate func lines(_ room: Int) -> [StyledText] {
    let name = groups.flatMap(\.bars).map(\.name.displayWidth).max() ?? 0
    return groups.flatMap { group in
      [StyledText(group.name)]
        + group.bars.map { one in
          StyledText("  " + padded(one.name, to: name + 1))
            + StyledText(
              bar(one.value, of: room - name - 10),
              one.emphasis == .good ? .good : .accent
            )
            + StyledText(" " + Numerals.fixed(one.value, 2), .faint)
        }
    }
  }
}
