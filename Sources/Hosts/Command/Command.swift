import Experiment

extension HostDefinition {
  /// A program of the user's that trains, `trainer.command`; its models are read elsewhere.
  package static let command = HostDefinition(
    HostProfile(name: "command", title: "a program of yours", authorization: .none),
    access: .program(
      Program(
        identity: { "command \($0)" },
        trainer: { setup in
          var options = CommandOptions(
            program: setup.command,
            poll: setup.poll,
            longestWait: setup.longestWait ?? CommandTrainer.longestWait,
            folder: setup.folder,
            base: setup.base,
            withheld: setup.withheld
          )
          options.capabilities.parallelJobs = setup.parallelJobs ?? 1
          return CommandTrainer(options, ledger: setup.ledger)
        }
      )
    )
  )
}
