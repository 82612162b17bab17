import Commands
import Glibc

@main
struct Main {
  static func main() async {
    exit(await Tool.main(Array(CommandLine.arguments.dropFirst())))
  }
}
