package import Experiment
import FoundationEssentials
package import Terminal

/// Where a command's words go: the result to standard output, all else to standard error.
package struct Display: Sendable {
  /// What the user chose.
  package let options: DisplayOptions
  private let environment = ProcessInfo.processInfo.environment

  package init(_ options: DisplayOptions) { self.options = options }

  /// Writes a page of the result.
  package func show(_ page: Page) throws(ConsoleError) {
    try show { page.rendered(width: $0, style: $1) }
  }

  /// Writes a whole report.
  package func show(_ document: Document) throws(ConsoleError) {
    try show { document.rendered(width: $0, style: $1) }
  }

  private func show(_ rendered: (_ width: Int, _ style: Style) -> String) throws(ConsoleError) {
    let console = Console.output
    let style = console.style(
      environment: environment,
      isColourDisabled: options.isColourDisabled
    )
    try console.write(Array(rendered(console.width, style).utf8))
  }

  /// Writes a result, as the user chose.
  package func show(
    _ page: @autoclosure () -> Page,
    json: @autoclosure () -> JSONValue
  ) throws(ConsoleError) {
    if options.isJSON { try show(json()) } else { try show(page()) }
  }

  /// Writes one JSON document of the result as a line.
  package func show(_ value: JSONValue) throws(ConsoleError) {
    try Console.output.write(value.bytes + [0x0A])
  }

  /// Tells on standard error what happens: programs always, people unless they want quiet.
  ///
  /// - Parameters:
  ///   - event: What happens.
  ///   - progress: A progress line that may stand there, and is not to be torn.
  package func tell(_ event: CommandEvent, above progress: Progress? = nil) {
    if options.isEvents {
      Console.error.print(event.written)
    } else if !options.isQuiet, let line = event.line?.neutralised {
      if let progress { progress.note(line) } else { Console.error.print(line + "\n") }
    }
  }

  /// Tells what is done next, or what came of it.
  package func note(_ text: String) { tell(.note(text)) }

  /// A progress line on standard error.
  package func progress() -> Progress {
    let written: @Sendable (ProgressLine.Event) -> String = { CommandEvent($0).written }
    return Progress(
      environment: environment,
      isQuiet: options.isQuiet,
      isColourDisabled: options.isColourDisabled,
      events: options.isEvents ? written : nil
    )
  }
}

extension CommandEvent {
  /// What a progress line tells a program.
  init(_ event: ProgressLine.Event) {
    switch event {
    case .progress(let state): self = .progress(state)
    case .note(let text): self = .note(text)
    }
  }
}
