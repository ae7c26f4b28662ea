package cases

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/world"
)

// skeleton is a case with a complete structure whose texts are all still to be written: each begins with "write:", and lint
// reports it with its line.
//
//go:embed skeleton.yaml
var skeleton string

type newOptions struct {
	*command.IO
	ID     string
	World  string
	Output string
}

func newNew(p *command.Program, run func(context.Context, *newOptions) error) *cobra.Command {
	o := &newOptions{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "new ID",
		Short: "Write the skeleton of a case",
		Long: `Write the skeleton of a case to ID.yaml. Its structure is complete and its texts are still to be written: lint names each
with its line, so what lint reports is what is left to do.`,
		Example: command.Examples(
			"a case on the world of images", "dryrun cases new parking-spots --world images",
			"what is left to write", "dryrun cases lint parking-spots.yaml",
		),
		Args:              command.Takes(1, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ID = args[0]
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.World, "world", "images", "kind of world behind the case: "+command.OrList(worldIDs()))
	f.StringVarP(&o.Output, "output", "o", "", "write to this `file` instead of ID.yaml; - is standard output")
	command.CompleteFlag(cmd, "world", worldIDs())
	return cmd
}

func worldIDs() []string {
	var out []string
	for _, k := range world.Kinds() {
		out = append(out, k.ID)
	}
	return out
}

func runNew(_ context.Context, o *newOptions) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(o.ID) {
		return command.Misuse(nil, "dryrun cases new --help", "an id is lower-case words with hyphens between them, not %q", o.ID)
	}
	if err := command.OneOf("--world", o.World, worldIDs()); err != nil {
		return err
	}
	text, err := skeletonOf(o.ID, o.World)
	if err != nil {
		return err
	}
	if o.Output == "-" {
		_, err := o.Out.Write(text)
		return err
	}
	path := o.Output
	if path == "" {
		path = o.ID + ".yaml"
	}
	// O_EXCL: never overwrite a case that somebody has begun to write.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return command.Misuse(nil, "dryrun cases lint "+path, "%s already exists and was left unchanged: choose another file with -o", path)
	}
	if err != nil {
		return fmt.Errorf("writing the skeleton: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(fmt.Errorf("writing the skeleton to %s: %w", path, err), f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing the skeleton to %s: %w", path, err)
	}
	o.Say("%s was written. dryrun cases lint %s lists what is left to write", path, path)
	return nil
}

// skeletonCurveball is a curveball that is still to be written; Says describes it.
type skeletonCurveball struct {
	ID   string
	At   framework.StepID
	Says string
}

// skeletonOf fills in the skeleton for a kind of world: its default size, and the last engine, encoder and ranker on offer.
func skeletonOf(id, kind string) ([]byte, error) {
	k, ok := world.KindByID(kind)
	if !ok {
		return nil, fmt.Errorf("world of unknown kind %q", kind)
	}
	last := func(knob string) string {
		offers := catalog.Offers(kind, knob)
		if len(offers) == 0 {
			return ""
		}
		return offers[len(offers)-1]
	}
	t, err := template.New("skeleton").Parse(skeleton)
	if err != nil {
		return nil, fmt.Errorf("reading the skeleton: %w", err)
	}
	words := strings.Split(id, "-")
	words[0] = strings.ToUpper(words[0][:1]) + words[0][1:]
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"ID": id, "Title": strings.Join(words, " "), "World": k.Default, "Kind": kind, "Minutes": framework.Minutes,
		"Engine": last("engine"), "Encoder": last("encoder"), "Ranker": last("ranker"), "Steps": framework.Steps(),
		"Levels": []framework.Level{framework.Mid, framework.Mid, framework.Senior, framework.Staff},
		"Wrong":  []int{0, 1, 2, 3, 0, 1, 2, 3}, // wrong claims by the number of the criterion that they contradict
		"Curveballs": []skeletonCurveball{
			{"broken", framework.Serving, "something that broke, as the pager says it"},
			{"constraint", framework.Architecture, "a constraint that changes halfway"},
			{"surprise", framework.Evaluation, "a metric that says what nobody expected"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("filling in the skeleton: %w", err)
	}
	return b.Bytes(), nil
}
