"""The command line, one module a subcommand; `program` reads the arguments and is the one place where errors end."""
