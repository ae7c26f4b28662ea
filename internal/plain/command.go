package plain

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/spell"
)

// slashCommand is one slash command.
type slashCommand struct {
	name string
	help string // for /help
	do   func(w *walk, ctx context.Context, rest string) error
}

// slashCommands are all commands, in the order of /help.
func slashCommands() []slashCommand {
	return []slashCommand{
		{"brief", "the brief and this step's prompt again", (*walk).brief},
		{"ask", "/ask QUESTION, or /ask alone for several: ask the interviewer; a good question releases a fact", (*walk).askFact},
		{"scope", "the facts you have so far", (*walk).scope},
		{"answer", "write your answer; a line with only a dot ends it", (*walk).answer},
		{"sketch", "/sketch photo -> encoder -> hnsw k=200 -> trees -> top 20: draw the pipeline", (*walk).sketch},
		{"decide", "commit to this step's choices", (*walk).decide},
		{"predict", "give an 80% range for a number before you run the lab", (*walk).predict},
		{"run", "run the lab with your choices beside the reference's", (*walk).runLab},
		{"xray", "/xray N: where the pipeline lost query N's best match", (*walk).xray},
		{"lab", "the last run's report again", (*walk).lab},
		{"probe", "get a question about what your answer leaves out", (*walk).probe},
		{"hint", "the next hint", (*walk).hint},
		{"reveal", "the reference answer; what you write afterwards isn't scored", (*walk).reveal},
		{"mark", "score yourself, criterion by criterion", (*walk).mark},
		{"score", "this step's result so far", (*walk).score},
		{"diagnose", "/diagnose FAULT: name the cause of a hidden fault", (*walk).diagnose},
		{"steps", "/steps [STEP]: the seven steps, or one step's guide", (*walk).steps},
		{"go", "/go STEP: go to any step", (*walk).goTo},
		{"time", "the clock", (*walk).time},
		{"next", "finish this step and go to the next", (*walk).next},
		{"end", "finish the session and see the scorecard", (*walk).end},
		{"help", "this list", (*walk).help},
		{"quit", "leave; everything is saved", func(*walk, context.Context, string) error { return errQuit }},
	}
}

// command runs one line. A line that isn't a command is repeated with a command that would take it.
func (w *walk) command(ctx context.Context, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if !strings.HasPrefix(text, "/") {
		w.say("Start a line with a command: /ask " + short(text) + ", or /answer to write an answer. /help lists every command.")
		return nil
	}
	name, rest, _ := strings.Cut(text[1:], " ")
	name = strings.ToLower(name)
	commands := slashCommands()
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	found := spell.Match(name, names)
	switch len(found) {
	case 1:
		return commands[slices.Index(names, found[0])].do(w, ctx, strings.TrimSpace(rest))
	case 0:
		question := ""
		if near := spell.Nearest(name, names, 2); len(near) > 0 {
			question = " Did you mean " + slashed(near) + "?"
		}
		w.say("There is no command /" + short(name) + "." + question + " /help lists every command.")
	default:
		w.say("/" + name + " could be " + slashed(found) + ".")
	}
	return nil
}

// slashed lists commands as a person types them: /scope or /score.
func slashed(names []string) string { return "/" + strings.Join(names, " or /") }

// header shows the step that the candidate is at.
func (w *walk) header() {
	st := w.s.State()
	step, ok := framework.StepByID(st.Step)
	if !ok {
		return
	}
	minutes := int(framework.BudgetOf(step.ID, st.Started.Minutes).Minutes())
	w.say("")
	w.say(fmt.Sprintf("%s · %s · step %d of 7: %s (%d minutes of %d)",
		w.s.Case().Title, st.Started.Mode, step.N, step.Title, minutes, st.Started.Minutes))
	w.say(step.Question + "   (/steps " + string(step.ID) + " for the guide, /help for commands)")
	w.say("")
}

// answerSoFar shows the current step's prompt, unless that was just shown, and its answer.
func (w *walk) answerSoFar(asked bool) {
	if !asked {
		w.say("Interviewer: " + joinLines(w.s.Step().Prompt))
	}
	if text := w.s.Text(""); text != "" {
		w.say("Your answer so far:")
		w.say(indent(text))
	}
	w.say("")
}

func (w *walk) brief(context.Context, string) error {
	w.say("Interviewer: " + joinLines(w.s.Case().Brief))
	w.say("Interviewer: " + joinLines(w.s.Case().Step(w.s.State().Step).Prompt))
	return nil
}

func (w *walk) askFact(ctx context.Context, rest string) error {
	if rest != "" {
		w.do(ctx, rehearse.Ask{Text: rest})
		return nil
	}
	w.say("What do you want to know? Enter a question on each line, for example: how many items are there. An empty line ends.")
	for {
		line, err := w.ask(ctx, "? ")
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) == "" {
			return nil
		}
		w.do(ctx, rehearse.Ask{Text: line})
	}
}

func (w *walk) scope(context.Context, string) error {
	facts := w.s.State().Facts
	if len(facts) == 0 {
		w.say("You don't have any facts yet. /ask about what would change your design.")
		return nil
	}
	for _, id := range facts {
		for _, f := range w.s.Case().Facts {
			if f.ID == id {
				w.say("Scope: " + f.Short)
			}
		}
	}
	return nil
}

// answer reads lines up to a dot. Every line is saved as a draft immediately, so a killed session keeps it.
func (w *walk) answer(ctx context.Context, to string) error {
	if to == "" {
		to = w.openQuestion()
	}
	text := w.s.Text(to)
	w.say("To finish, enter a line with only a dot. Bullets are fine.")
	if text != "" {
		w.say("Your answer so far is below, and new lines are added to it. To start over, enter a line with only /clear.")
		w.say(indent(text))
	}
	for {
		line, err := w.ask(ctx, "| ")
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) == "." {
			break
		}
		if strings.TrimSpace(line) == "/clear" {
			text = ""
			w.do(ctx, rehearse.Draft{To: to, Text: text})
			continue
		}
		longer := line
		if text != "" {
			longer = text + "\n" + line
		}
		if !w.do(ctx, rehearse.Draft{To: to, Text: longer}) {
			w.say("That line wasn't kept. To finish, enter a line with only a dot.")
			continue
		}
		text = longer
	}
	if strings.TrimSpace(text) == "" {
		w.say("You wrote nothing, so nothing was saved.")
		return nil
	}
	if w.do(ctx, rehearse.Answer{To: to, Text: text}) {
		w.say("Saved.")
	}
	return nil
}

// openQuestion is the id of the last probe of this step that has no answer yet, or "" for the prompt.
func (w *walk) openQuestion() string {
	st := w.s.State().StepState(w.s.State().Step)
	for i := len(st.Probes) - 1; i >= 0; i-- {
		if _, ok := st.Answer(st.Probes[i].ID); !ok {
			return st.Probes[i].ID
		}
	}
	return ""
}

func (w *walk) sketch(ctx context.Context, rest string) error {
	if rest == "" {
		w.say("Draw one line with arrows, for example: /sketch photo -> encoder -> hnsw k=200 -> trees -> top 20")
		return nil
	}
	w.do(ctx, rehearse.Sketch{Line: rest})
	return nil
}

func (w *walk) xray(ctx context.Context, rest string) error {
	if n, err := strconv.Atoi(rest); err == nil {
		w.do(ctx, rehearse.XRay{Query: n})
	} else {
		w.say("Which query? For example: /xray 17")
	}
	return nil
}

func (w *walk) probe(ctx context.Context, _ string) error {
	if w.do(ctx, rehearse.Probe{}) && w.openQuestion() != "" {
		w.say("Use /answer to reply.")
	}
	return nil
}

func (w *walk) hint(ctx context.Context, _ string) error {
	w.do(ctx, rehearse.Hint{})
	return nil
}

func (w *walk) diagnose(ctx context.Context, rest string) error {
	w.do(ctx, rehearse.Diagnose{Fault: rest})
	return nil
}

func (w *walk) steps(_ context.Context, rest string) error {
	if rest == "" {
		for _, s := range framework.Steps() {
			w.say(fmt.Sprintf("%d %s: %s", s.N, s.Title, s.Question))
		}
		w.say("/steps STEP shows one step's guide, and /go STEP goes to it.")
		return nil
	}
	id, ok := w.stepNamed(rest)
	if !ok {
		return nil
	}
	w.say(strings.TrimSpace(framework.Guide(id)))
	return nil
}

func (w *walk) goTo(ctx context.Context, rest string) error {
	id, ok := w.stepNamed(rest)
	if !ok {
		return nil
	}
	if w.do(ctx, rehearse.Enter{Step: id}) && w.s.Text("") != "" {
		w.say("Your answer so far:")
		w.say(indent(w.s.Text("")))
	}
	return nil
}

func (w *walk) next(ctx context.Context, _ string) error {
	before := w.s.State().Step
	if w.do(ctx, rehearse.Next{}) && w.s.State().Step == before {
		w.say("/go STEP goes to one of them, and /end finishes the session and shows the scorecard.")
	}
	return nil
}

func (w *walk) end(ctx context.Context, _ string) error {
	if w.do(ctx, rehearse.End{}) {
		w.scorecard(ctx)
	}
	return nil
}

func (w *walk) help(context.Context, string) error {
	for _, v := range slashCommands() {
		w.say("/" + v.name + ": " + v.help)
	}
	return nil
}

// stepNamed finds the step that a word means. If there is none, or more than one, it says so.
func (w *walk) stepNamed(word string) (framework.StepID, bool) {
	named := framework.StepsNamed(word)
	switch len(named) {
	case 0:
		w.say("There is no step " + short(word) + ". The steps are " + stepNames(framework.Steps()) + ".")
		return "", false
	case 1:
		return named[0].ID, true
	}
	w.say(short(word) + " could be any of " + stepNames(named) + ".")
	return "", false
}

func stepNames(steps []framework.Step) string {
	var names []string
	for _, s := range steps {
		names = append(names, string(s.ID))
	}
	return strings.Join(names, ", ")
}

// short truncates text that a message repeats.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// joinLines joins the lines of each paragraph, so it wraps at this conversation's width. Bullets keep their own lines.
func joinLines(text string) string {
	var out []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		var lines []string
		for _, l := range strings.Split(p, "\n") {
			t := strings.TrimSpace(l)
			if len(lines) > 0 && !strings.HasPrefix(t, "- ") && !strings.HasPrefix(t, "* ") {
				lines[len(lines)-1] += " " + t
				continue
			}
			lines = append(lines, t)
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return strings.Join(out, "\n")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}
