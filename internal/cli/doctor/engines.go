package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/retrieval/milvus"
	"dryrun/internal/world"
)

// engines lists the built-in engines, encoders and rankers in the order of the worlds, then the external ones, with what
// those need to run here.
func engines(ctx context.Context, python string) []engineState {
	stages := []struct{ knob, stage string }{{"engine", stageSearch}, {"encoder", "one: vectors"}, {"ranker", "two: ranking"}}
	var list []engineState
	for _, s := range stages {
		var names []string
		for _, k := range world.Kinds() {
			for _, name := range catalog.Offers(k.ID, s.knob) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		for _, name := range names {
			list = append(list, engineState{name, s.stage, true, "embedded"})
		}
	}
	for _, e := range kind.ExternalEngines() {
		list = append(list, engineState{e.ID, stageSearch, e.Present, e.Note})
	}
	light := kind.LightGBM(ctx, python)
	list = append(list, engineState{light.ID, "two: ranking", light.Present, light.Note})
	return list
}

const stageSearch = "one: search"

// examineMilvus asks the Milvus server for its version, if this build has a client and a flag or the environment names a server.
func (o *options) examineMilvus(ctx context.Context, list []engineState) error {
	i := slices.IndexFunc(list, func(e engineState) bool { return e.Engine == "milvus" })
	if i < 0 || !list[i].Present || cmp.Or(o.Milvus, o.Env("DRYRUN_MILVUS")) == "" {
		return nil
	}
	at, err := o.MilvusOptions(o.Env)
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
