package command

import "testing"

func TestWhereMilvusIsComesFromTheFlagsThenTheEnvironment(t *testing.T) {
	env := map[string]string{"DRYRUN_MILVUS": "https://env/shop?replicas=2", "DRYRUN_MILVUS_TOKEN": "from-env"}
	get := func(name string) string { return env[name] }
	o, err := EngineFlags{}.MilvusOptions(get)
	if err != nil || o.Address != "env:19530" || !o.TLS || o.Database != "shop" || o.Replicas != 2 || o.Token != "from-env" {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = EngineFlags{Milvus: "http://127.0.0.1:4000", MilvusToken: "from-flag"}.MilvusOptions(get)
	if err != nil || o.Address != "127.0.0.1:4000" || o.TLS || o.Replicas != 0 || o.Token != "from-flag" {
		t.Errorf("%+v, %v", o, err)
	}
}
