/// Questions to whoever sits at the terminal: they go to standard error, answers come as lines.
package struct Interview: Sendable {
  private let write: @Sendable (String) -> Void
  private let read: @Sendable () -> String?

  /// An interview over any two streams.
  ///
  /// - Parameters:
  ///   - write: Takes a question, which ends without a line break.
  ///   - read: The next answer; `nil` when there will be none.
  package init(
    write: @escaping @Sendable (String) -> Void,
    read: @escaping @Sendable () -> String?
  ) {
    self.write = write
    self.read = read
  }

  /// The interview at the terminal; `nil` unless a person can read questions and answer them.
  package static var atTerminal: Interview? {
    guard Console(descriptor: 0).isTerminal, Console.error.isTerminal else { return nil }
    return Interview(write: { Console.error.print($0) }, read: { readLine() })
  }

  /// Asks one question.
  ///
  /// - Parameters:
  ///   - question: What is asked, without a question mark at its end.
  ///   - usual: What an empty answer stands for; shown in brackets.
  /// - Returns: The answer without blanks around it.
  package func ask(_ question: String, usual: String) -> String {
    write("\(question) [\(usual)]: ")
    let answer = (read() ?? "").drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }
    return answer.isEmpty ? usual : String(answer.reversed())
  }
}
