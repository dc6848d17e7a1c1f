"""The commands of the command line, by what they are about; each thin: read, call the core, print."""
