package termbg

import (
	"os/exec"
	"strings"
	"testing"
)

func TestItIsInitializedBeforeBubbletea(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, ".").Output()
	if err != nil {
		t.Skipf("go list doesn't run here: %v", err)
	}
	path, imports, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if imports != "github.com/charmbracelet/lipgloss" {
		t.Errorf("it imports %q: with more than lipgloss it may be ready after bubbletea", imports)
	}
	if path >= "github.com/charmbracelet/bubbletea" {
		t.Errorf("%s doesn't sort before bubbletea, which would then ask the terminal first", path)
	}
}
