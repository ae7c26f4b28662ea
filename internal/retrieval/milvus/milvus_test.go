package milvus

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestALineSaysWhereMilvusIsAndWhatToAskOfIt(t *testing.T) {
	for _, c := range []struct {
		name, line, token string
		want              Options
	}{
		{"nothing", "", "", Options{}},
		{"a token alone", "", "root:Milvus", Options{Token: "root:Milvus"}},
		{"a host", "vectors", "", Options{Address: "vectors:19530"}},
		{"a host and a port", "vectors:4000", "", Options{Address: "vectors:4000"}},
		{"an address of IPv6", "http://[::1]:4000", "t", Options{Address: "[::1]:4000", Token: "t"}},
		{"TLS with a database", "https://vectors/shop?ca=ca.pem", "t", Options{
			Address: "vectors:19530", TLS: true, CA: "ca.pem",
			Database: "shop", Token: "t",
		}},
		{"a token to this machine", "http://127.0.0.1", "t", Options{Address: "127.0.0.1:19530", Token: "t"}},
		{
			"a cluster", "vectors?shards=2&partitions=4&replicas=3&index=hnsw&consistency=Bounded&timeout=2s", "",
			Options{
				Address: "vectors:19530", Shards: 2, Partitions: 4, Replicas: 3, Index: "HNSW", Consistency: "bounded",
				Timeout: 2 * time.Second,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse(c.line, c.token)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestALineThatCantBeMeantIsRefusedWithoutItsSecrets(t *testing.T) {
	for _, c := range []struct{ name, line, token, words string }{
		{"another protocol", "ftp://vectors", "", "choose http"},
		{"no host", "http://?shards=2", "", "names no host"},
		{"a password in it", "https://root:hunter2@vectors", "", "as the token"},
		{"not an address", "http://root:hunter2@[::1", "", "form http://HOST:PORT"},
		{"a token in the clear", "http://vectors", "hunter2", "use https"},
		{"a certificate without TLS", "http://vectors?ca=x.pem", "", "use https"},
		{"an unknown parameter", "vectors?shard=2", "", "shard is unknown"},
		{"no shards", "vectors?shards=0", "", "choose 1 to 16"},
		{"partitions in words", "vectors?partitions=many", "", "choose 1 to 1024"},
		{"an index that can't be offered", "vectors?index=LSH", "", "AUTOINDEX, HNSW"},
		{"a level that doesn't exist", "vectors?consistency=perfect", "", "strong, bounded"},
		{"a time without a unit", "vectors?timeout=5", "", "such as 2s"},
		{"a broken question", "vectors?shards=%zz", "", "name=value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.line, c.token)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Fatalf("%v, want %q", err, c.words)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q shows a secret", err)
			}
		})
	}
}

func TestOnlyWhatOurOwnRunsLeftLongAgoIsTakenForLeft(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	random := [randomBytes]byte{1, 2, 3}
	old, recent := nameOf(now.Add(-leftFor-time.Minute), random), nameOf(now.Add(-leftFor+time.Minute), random)
	names := []string{
		"products", "dryrun_tmp_", "dryrun_tmp_zz", "dryrun_tmp_catalogue_v2", recent, old,
		old + "_mine", "x" + old, fmt.Sprintf("dryrun_tmp_%s", strings.Repeat("1", 16)),
	}
	if got := left(names, now); !reflect.DeepEqual(got, []string{old}) {
		t.Errorf("%q, want %q alone", got, old)
	}
}
