extension Page {
  /// A chart as a value; a browser draws it, a terminal writes it.
  package struct Plot: Sendable, Hashable {
    /// What is plotted.
    package enum Kind: Sendable, Hashable {
      /// How often values occur.
      case histogram(Histogram)
      /// Points, and the curve through them.
      case line(LineChart)
      /// A table of numbers as colours.
      case heatMap(HeatMap)
      /// What happened when.
      case timeline(Timeline)
      /// Shares beside each other, such as before and after.
      case bars(BarChart)
    }

    /// A heading.
    package let title: String
    /// What it shows, in a sentence that stands for it where it is not seen.
    package let summary: String
    /// The chart.
    package let kind: Kind
  }

  /// How often values occur, in bins of equal width.
  package struct Histogram: Sendable, Hashable {
    /// Lower end of the first bin.
    package let low: Double
    /// Upper end of the last bin.
    package let high: Double
    /// Values in each bin.
    package let counts: [Int]
    /// What the values are.
    package let axis: String
    /// A value worth a line across, with its words; `nil` for none.
    package let mark: Mark?
  }

  /// A value with words.
  package struct Mark: Sendable, Hashable {
    /// The value, on the axis.
    package let value: Double
    /// What it is.
    package let text: String
  }

  /// A point of a chart.
  package struct Point: Sendable, Hashable {
    /// Along the horizontal axis.
    package let x: Double
    /// Along the vertical axis.
    package let y: Double
  }

  /// Points with a curve and a band, both axes from 0, the vertical one to 1.
  package struct LineChart: Sendable, Hashable {
    /// What is along the horizontal axis.
    package let xAxis: String
    /// What is along the vertical axis.
    package let yAxis: String
    /// What was measured, from left to right.
    package let points: [Point]
    /// What is expected, from left to right.
    package let curve: [Point]
    /// Where the curve may lie, as lower and upper ends at the same places; empty for none.
    package let band: [ClosedRange<Double>]
  }

  /// Numbers as colours around 0.
  package struct HeatMap: Sendable, Hashable {
    /// Names of the lines, top to bottom.
    package let names: [String]
    /// A line's values, left to right; NaN is nothing.
    package let values: [[Double]]
    /// The magnitude that gets the strongest colour.
    package let limit: Double
    /// What is along the horizontal axis.
    package let axis: String
    /// What the numbers are, with their unit.
    package let unit: String
  }

  /// What happened when, a bar each.
  package struct Timeline: Sendable, Hashable {
    /// One thing that happened.
    package struct Bar: Sendable, Hashable {
      /// Its name.
      package let name: String
      /// Its time, on the axis.
      package let span: ClosedRange<Double>
      /// What became of it.
      package let emphasis: Emphasis
    }

    /// The bars, top to bottom.
    package let bars: [Bar]
    /// Where the axis ends, in seconds of work; it starts at 0.
    package let end: Double
    /// Places where time without work was cut out, on the axis.
    package let cuts: [Double]
  }

  /// Shares from 0 to 1 beside each other.
  package struct BarChart: Sendable, Hashable {
    /// One share.
    package struct Bar: Sendable, Hashable {
      /// What it is.
      package let name: String
      /// The share, 0...1.
      package let value: Double
      /// What it means.
      package let emphasis: Emphasis
    }

    /// Bars that belong together.
    package struct Group: Sendable, Hashable {
      /// What they are of.
      package let name: String
      /// The bars, top to bottom.
      package let bars: [Bar]
    }

    /// The groups, top to bottom.
    package let groups: [Group]
  }
}
