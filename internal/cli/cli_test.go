package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dryrun/internal/cli/command"
)

// result is what one command line led to.
type result struct {
	code     int
	out, err string
}

// runWith runs a command line with buffers for streams, without a terminal, in a data folder of its own.
func runWith(t *testing.T, ctx context.Context, stdin string, env map[string]string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	if env["DRYRUN_DATA_DIR"] == "" {
		env["DRYRUN_DATA_DIR"] = filepath.Join(t.TempDir(), "data")
	}
	code := Run(ctx, command.Streams{
		In: strings.NewReader(stdin), Out: &out, Err: &errs,
		Size: func() (int, int) { return 0, 0 },
		Env:  func(name string) string { return env[name] },
	}, args)
	return result{code, out.String(), errs.String()}
}

func run(t *testing.T, args ...string) result {
	t.Helper()
	return runWith(t, t.Context(), "", map[string]string{}, args...)
}

func TestAMistakeIsNamedWithWhatWasMeantAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name string
		args string
		bad  string // the word that was wrong
		near string // what was meant
		next string // the command to go on with
	}{
		{"a flag", "--colr never", "--colr", "--color", "dryrun --help"},
		{"a flag of one dash", "lab visual-search -json", "-json", "--json", "dryrun lab --help"},
		{"a flag that is a command's own", "practice --stpe data", "--stpe", "--step", "dryrun practice --help"},
		{"a command", "practise", "practise", "dryrun practice", "dryrun --help"},
		{"a command with a flag that only the right one has", "practise --step data", "practise", "dryrun practice", "dryrun --help"},
		{"a command below a command", "cases lnt", "lnt", "dryrun cases lint", "dryrun cases --help"},
		{"a command to have help on", "help doktor", "doktor", "dryrun doctor", "dryrun --help"},
		{"a case", "practice visual-serch", "visual-serch", "visual-search", "dryrun cases"},
		{"a case to run", "lab visual-serch", "visual-serch", "visual-search", "dryrun cases"},
		{"a step", "lab visual-search --step modle", "modle", "model", "dryrun steps"},
		{"a step to read about", "steps servin9", "servin9", "serving", "dryrun steps"},
		{"a knob", "lab visual-search --set kk=3", "kk", "k", "dryrun lab --knobs"},
		{"a knob's word", "lab visual-search --set engine=hnws", "hnws", "engine=hnsw", "dryrun lab --knobs"},
		{"a fault", "lab visual-search --fault stale-indx", "stale-indx", "stale-index", "dryrun lab --faults"},
		{"a data format", "lab visual-search --data folder:x", "folder", "folders", "dryrun lab --help"},
		{"a colour", "--color alway version", "alway", "always", ""},
		{"a theme", "--theme drak version", "drak", "dark", ""},
		{"a shell", "completion zhs", "zhs", "zsh", "dryrun completion --help"},
		{"a world", "cases new x --world imges", "imges", "images", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, strings.Fields(c.args)...)
			if r.code != command.ExitMisused {
				t.Errorf("exit %d", r.code)
			}
			if r.out != "" {
				t.Errorf("on stdout: %q", r.out)
			}
			lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
			if len(lines) > 3 {
				t.Errorf("%d lines", len(lines))
			}
			if !strings.HasPrefix(lines[0], "dryrun: ") || !strings.Contains(lines[0], c.bad) {
				t.Errorf("first line %q doesn't name %q", lines[0], c.bad)
			}
			if len(lines) < 2 || !strings.HasPrefix(lines[1], "did you mean "+c.near) {
				t.Errorf("no suggestion of %q in %q", c.near, lines)
			}
			if c.next != "" && lines[len(lines)-1] != "try: "+c.next {
				t.Errorf("last line %q, want %q", lines[len(lines)-1], "try: "+c.next)
			}
		})
	}
}

func TestMisuseWithoutAnyNearWordStillSaysWhatToDo(t *testing.T) {
	for _, args := range []string{
		"zzzzzzzz", "lab", "lab visual-search extra", "lab visual-search --seed x", "lab visual-search --set k", "lab visual-search --step",
		"lab visual-search --data folders:/nowhere", "cases lint nothing.yaml", "cases show", "completion", "review zzz",
		"practice --resume zzz visual-search", "version extra", "cases new Not_A_Slug", "practice --resume zzz", "lab --knobs --metrics",
	} {
		t.Run(args, func(t *testing.T) {
			r := run(t, strings.Fields(args)...)
			if r.code != command.ExitMisused || r.out != "" {
				t.Errorf("exit %d, stdout %q, stderr %q", r.code, r.out, r.err)
			}
			if n := strings.Count(r.err, "\n"); n < 1 || n > 3 {
				t.Errorf("%d lines: %q", n, r.err)
			}
		})
	}
}

func TestAStrangersWordsCantReachTheTerminalAsCommands(t *testing.T) {
	evil := "\x1b]52;c;aGk=\a\u009b2J\u202e"
	for _, args := range [][]string{
		{evil}, {"--" + evil}, {"lab", evil}, {"lab", "visual-search", "--set", evil + "=1"}, {"steps", evil}, {"cases", "lint", evil + ".yaml"},
	} {
		r := run(t, args...)
		if r.code == command.ExitDone {
			t.Errorf("%q exits 0", args)
		}
		if i := strings.IndexAny(r.out+r.err, "\x1b\a\u009b\u202e"); i >= 0 {
			t.Errorf("%q: a control character came out: %q", args, r.out+r.err)
		}
	}
}

func TestJSONHasTheShapeThatScriptsRelyOn(t *testing.T) {
	for _, c := range []struct {
		args string
		keys []string
	}{
		{"cases --json", []string{"version", "cases.0.id", "cases.0.title", "cases.0.minutes"}},
		{"cases list --json", []string{"cases.0.id"}},
		{"cases show visual-search --json", []string{"id", "steps.model.criteria.0.id"}},
		{"steps --json", []string{"steps.6.id", "steps.0.guide"}},
		{"steps 6 --json", []string{"steps.0.id"}},
		{"lab --knobs --json", []string{"knobs.0.id", "knobs.0.line"}},
		{"lab --metrics --json", []string{"metrics.0.id", "metrics.0.direction"}},
		{"lab --faults --json", []string{"faults.0.id", "faults.0.witness"}},
		{"review --json", []string{"version", "sessions"}},
		{"doctor --json", []string{"build.version", "terminal.plain", "data.dir", "memory", "engines.0.engine", "cases.0", "problems"}},
		{"version --json", []string{"version", "go", "platform"}},
		{"cases lint --json", []string{"cases", "errors", "findings"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			r := run(t, strings.Fields(c.args)...)
			if r.code == command.ExitMisused || r.err != "" { // lint may have findings: the shape is the same
				t.Fatalf("exit %d: %s", r.code, r.err)
			}
			var v any
			if err := json.Unmarshal([]byte(r.out), &v); err != nil {
				t.Fatal(err)
			}
			for _, k := range c.keys {
				if !has(v, strings.Split(k, ".")) {
					t.Errorf("no %s", k)
				}
			}
		})
	}
}

// has follows keys and indexes into v.
func has(v any, path []string) bool {
	if len(path) == 0 {
		return v != nil
	}
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[path[0]]
		return ok && has(next, path[1:])
	case []any:
		i := int(path[0][0] - '0')
		return i < len(v) && has(v[i], path[1:])
	}
	return false
}

func TestNothingOpensTheDatabaseThatDoesntNeedIt(t *testing.T) {
	for _, args := range []string{
		"version", "--help", "help lab", "cases", "cases show visual-search", "steps", "lab --knobs", "man lab", "completion bash",
		"cases schema",
	} {
		dir := filepath.Join(t.TempDir(), "data")
		r := runWith(t, t.Context(), "", map[string]string{"DRYRUN_DATA_DIR": dir}, strings.Fields(args)...)
		if r.code != command.ExitDone || r.out == "" {
			t.Errorf("%s: exit %d, %q", args, r.code, r.err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s makes the data folder", args)
		}
	}
}

func TestAFolderThatCantBeWrittenToIsNamedWithTheFlagThatHelps(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"review"}, {"practice", "visual-search"}, {}, {"doctor"}} {
		r := run(t, append(args, "--data-dir", file+"/data")...)
		said := r.out + r.err
		if r.code != command.ExitFailed || !strings.Contains(said, "can't write in "+file) || !strings.Contains(said, "--data-dir DIR") {
			t.Errorf("%q: exit %d, %q", args, r.code, said)
		}
	}
}

func TestTheDataFolderIsTheFlagsThenTheEnvironments(t *testing.T) {
	env := map[string]string{"DRYRUN_DATA_DIR": filepath.Join(t.TempDir(), "env")}
	flag := filepath.Join(t.TempDir(), "flag")
	if r := runWith(t, t.Context(), "", env, "review", "--data-dir", flag); r.code != command.ExitDone {
		t.Fatal(r.err)
	}
	if _, err := os.Stat(flag); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(env["DRYRUN_DATA_DIR"]); err == nil {
		t.Error("the environment's folder is made though the flag names another")
	}
}

func TestAnInterruptedCommandExits130(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := runWith(t, ctx, "", map[string]string{}, "lab", "visual-search", "--step", "architecture")
	if r.code != command.ExitInterrupted || strings.Count(r.err, "\n") != 1 {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
}

func TestHelpShowsExamplesAsCommentAndCommand(t *testing.T) {
	for _, cmd := range []string{"", "practice", "lab", "steps", "cases", "cases new", "review", "doctor", "completion", "man", "version"} {
		r := run(t, append(strings.Fields(cmd), "--help")...)
		if r.code != command.ExitDone || !strings.Contains(r.out, "\n  # ") || !strings.Contains(r.out, "\n  $ ") || r.err != "" {
			t.Errorf("%q: exit %d, no example in %q", cmd, r.code, r.out)
		}
	}
}

func TestAPanicIsOneLineThatSaysWhere(t *testing.T) {
	var errs bytes.Buffer
	code := Run(t.Context(), command.Streams{
		In: strings.NewReader(""), Out: &errs, Err: &errs, Size: func() (int, int) { panic("no \x1b size") },
		Env: func(string) string { return "" },
	}, []string{"cases", "show", "visual-search"})
	said := errs.String()
	if code != command.ExitFailed || strings.Count(said, "\n") != 1 || !strings.Contains(said, "no \\x1b size (internal/cli/cli_test.go:") {
		t.Errorf("exit %d, %q", code, said)
	}
}
