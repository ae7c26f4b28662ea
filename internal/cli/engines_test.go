package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"dryrun/internal/cli/command"
	"dryrun/internal/lab/kind"
)

func TestDoctorSaysWhichEnginesOfTheFieldAreThere(t *testing.T) {
	r := run(t, "doctor", "--json")
	var said struct {
		Engines []struct {
			Engine  string
			Present bool
			Note    string
		}
	}
	if err := json.Unmarshal([]byte(r.out), &said); err != nil {
		t.Fatalf("%v: %q", err, r.err)
	}
	for _, want := range kind.ExternalEngines() {
		found := 0
		for _, e := range said.Engines {
			if e.Engine != want.ID {
				continue
			}
			found++
			if e.Present != want.Present || e.Note != want.Note {
				t.Errorf("%+v, the lab says %+v", e, want)
			}
		}
		if found != 1 {
			t.Errorf("%s is listed %d times", want.ID, found)
		}
	}
}

func TestAnAbsentEngineFailsWithWhatToInstall(t *testing.T) {
	for _, e := range kind.ExternalEngines() {
		if e.Present {
			continue // internal/lab runs it
		}
		r := run(t, "lab", "visual-search", "--step", "architecture", "--set", "engine="+e.ID)
		named := strings.Contains(r.err, e.ID) && strings.Contains(r.err, "-tags")
		if r.code != command.ExitFailed || r.out != "" || !named || strings.Count(r.err, "\n") > 3 {
			t.Errorf("%s: exit %d, %q, %q", e.ID, r.code, r.out, r.err)
		}
	}
}

func TestAnAddressThatCantBeMeantIsMisuseAndItsTokenStaysSecret(t *testing.T) {
	for _, args := range [][]string{
		{"lab", "visual-search", "--milvus", "http://far.example"},
		{"lab", "visual-search", "--milvus", "https://root:hunter2@far.example"},
		{"practice", "visual-search"},
	} {
		env := map[string]string{"DRYRUN_MILVUS": "http://far.example", "DRYRUN_MILVUS_TOKEN": "hunter2"}
		r := runWith(t, t.Context(), "", env, args...)
		if r.code != command.ExitMisused || !strings.Contains(r.err, "Milvus's address") || strings.Contains(r.err+r.out, "hunter2") {
			t.Errorf("%q: exit %d, %q", args, r.code, r.err)
		}
	}
}
