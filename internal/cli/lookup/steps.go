package lookup

import (
	"dryrun/framework"
	"dryrun/internal/cli/command"
)

// Step returns the step that word names: by its id, its number, or a prefix of its id that no other id has.
func Step(word string) (framework.Step, error) {
	if named := framework.StepsNamed(word); len(named) == 1 {
		return named[0], nil
	}
	_, err := command.FindWord("step", word, StepIDs(), "dryrun steps")
	return framework.Step{}, err
}

// StepIDs lists the ids of the seven steps.
func StepIDs() []string {
	var ids []string
	for _, s := range framework.Steps() {
		ids = append(ids, string(s.ID))
	}
	return ids
}
