// Command dryrun rehearses machine-learning system design interviews in the terminal.
package main

import (
	"os"

	"dryrun/internal/cli"
	_ "dryrun/internal/termbg" // before any package that queries the terminal
)

func main() { os.Exit(cli.Main()) }
