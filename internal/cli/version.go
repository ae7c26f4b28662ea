package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is this program's; CHANGELOG.md says what is in it.
const version = "0.1.0"

// build is what `version --json` prints.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source; empty where the build didn't record it
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Tags     string `json:"tags,omitempty"`
}

func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		case "-tags":
			b.Tags = s.Value
		}
	}
	return b
}

type versionOptions struct {
	*app
	JSON bool
}

func newVersion(a *app) *cobra.Command {
	o := &versionOptions{app: a}
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Args:    takes(0, 0),
		Example: examples("print the version", "dryrun version", "with the revision, for scripts", "dryrun version --json"),
		RunE:    func(*cobra.Command, []string) error { return o.run() },
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	return cmd
}

func (o *versionOptions) run() error {
	b := thisBuild()
	if o.JSON {
		return o.writeJSON(b)
	}
	line := fmt.Sprintf("dryrun %s", b.Version)
	if len(b.Revision) >= 12 {
		line += " " + b.Revision[:12]
	}
	_, err := fmt.Fprintf(o.Out, "%s (%s, %s)\n", line, b.Go, b.Platform)
	return err
}
