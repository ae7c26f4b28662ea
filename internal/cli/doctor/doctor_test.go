package doctor

import (
	"testing"

	"dryrun/internal/cli/clitest"
)

func TestFlagsBecomeOptions(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	if err := clitest.Parse(t, newCommand(p, ran.Run), "--milvus http://h --milvus-token s --json"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.Milvus != "http://h" || o.MilvusToken != "s" || !o.JSON || o.Dir != "data" {
		t.Errorf("%+v", o)
	}
}
