// Command dryrun rehearses machine-learning system design interviews in the terminal.
package main

import (
	"os"

	"dryrun/internal/cli"
	_ "dryrun/internal/termbg" // before anything that asks the terminal: see there
)

func main() { os.Exit(cli.Main()) }
