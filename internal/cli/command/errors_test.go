package command

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"dryrun/framework"
)

func TestASessionOfANewerVersionNamesTheWayOn(t *testing.T) {
	_, err := framework.DecodeBody("Levitated", []byte("{}"))
	var said bytes.Buffer
	if code := Report(&said, fmt.Errorf("reading session x: event 4: %w", err)); code != ExitFailed {
		t.Errorf("exit %d", code)
	}
	for _, want := range []string{"Levitated", "newer version of dryrun", "try: dryrun practice --new"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("no %q in %q", want, said.String())
		}
	}
}
