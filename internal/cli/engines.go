package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dryrun/internal/lab"
	"dryrun/internal/retrieval/milvus"
	"dryrun/internal/world"
)

// milvusFlags say where Milvus is. What isn't given comes from the environment, which commands without these flags use
// too; a token belongs there, because others on the machine can read a command line.
type milvusFlags struct {
	Milvus      string
	MilvusToken string
}

func (m *milvusFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&m.Milvus, "milvus", "", "where Milvus is, `http://HOST:PORT`, https for TLS; ?shards=2&replicas=2 and the like follow (DRYRUN_MILVUS)")
	f.StringVar(&m.MilvusToken, "milvus-token", "", "user:password or key for Milvus; better in DRYRUN_MILVUS_TOKEN, which others can't see")
}

// milvusOptions are the flags', or the environment's.
func (a *app) milvusOptions(m milvusFlags) (milvus.Options, error) {
	o, err := milvus.Parse(cmp.Or(m.Milvus, a.Env("DRYRUN_MILVUS")), cmp.Or(m.MilvusToken, a.Env("DRYRUN_MILVUS_TOKEN")))
	if err != nil {
		return o, misused(nil, "dryrun lab --help", "%w", err)
	}
	return o, nil
}

// openLab returns a lab that reaches the engines outside the process. Close it: what it made on a server is dropped then.
func (a *app) openLab(m milvusFlags) (*lab.Lab, error) {
	o, err := a.milvusOptions(m)
	if err != nil {
		return nil, err
	}
	return lab.New(lab.Options{Milvus: o, Python: a.Env("DRYRUN_PYTHON")}), nil
}

// closeLab closes a lab after err, which is what the caller returns. What stays behind on a server is said even where
// err is an interruption, of which no more is said.
func (a *app) closeLab(l *lab.Lab, err error) error {
	left := l.Close()
	if err == nil {
		return left
	}
	if left != nil {
		fmt.Fprintln(a.Err, "dryrun: "+oneLine(left.Error()))
	}
	return err
}

// engines lists what the worlds offer, in their order, and the engines of the field, with what those lack here.
func engines(ctx context.Context, python string) []engineState {
	stages := []struct{ knob, stage string }{{"engine", stageSearch}, {"encoder", "one: vectors"}, {"ranker", "two: ranking"}}
	var list []engineState
	for _, s := range stages {
		var names []string
		for _, k := range world.Kinds() {
			for _, name := range lab.Offers(k.ID, s.knob) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		for _, name := range names {
			list = append(list, engineState{name, s.stage, true, "embedded"})
		}
	}
	for _, e := range lab.FieldEngines() {
		list = append(list, engineState{e.ID, stageSearch, e.Present, e.Note})
	}
	light := lab.LightGBM(ctx, python)
	list = append(list, engineState{light.ID, "two: ranking", light.Present, light.Note})
	return list
}

const stageSearch = "one: search"

// examineMilvus asks the server that flags or the environment name what it is, where this build can.
func (o *doctorOptions) examineMilvus(ctx context.Context, list []engineState) error {
	i := slices.IndexFunc(list, func(e engineState) bool { return e.Engine == "milvus" })
	if i < 0 || !list[i].Present || cmp.Or(o.Milvus, o.Env("DRYRUN_MILVUS")) == "" {
		return nil
	}
	at, err := o.milvusOptions(o.milvusFlags)
	if err != nil {
		return err
	}
	c, err := milvus.Dial(ctx, at)
	if err != nil {
		list[i].Note = "built in; its server doesn't answer"
		return err
	}
	list[i].Note = fmt.Sprintf("version %s at %s", c.Version(), at.Address)
	return c.Close()
}
