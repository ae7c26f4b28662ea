package movielens

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
	"dryrun/internal/world/worldtest"
)

func FuzzMovieLens(f *testing.F) {
	for _, format := range ratingsFormats() {
		f.Add([]byte(handmade(format.sep)), []byte("10::Toy Story (1995)::Animation|Comedy\n"))
	}
	f.Add([]byte("userId,movieId,rating,timestamp\n1,1,4.0,1\n"), []byte("movieId,title,genres\n1,\"a, b\",x|y\n"))
	f.Add([]byte("1\t1\t5\t1\n1\t1\t5\t1\n"), []byte("1|L\xe9on (1994)|||u"+strings.Repeat("|1", 19)+"\n"))
	f.Fuzz(func(t *testing.T, data, titles []byte) {
		for _, format := range ratingsFormats() {
			p, err := fromFS(t, fstest.MapFS{format.file: {Data: data}, format.titles: {Data: titles}}, "", problem.Spec{Seed: 1})
			if err != nil {
				continue
			}
			row := make([]float32, 16)
			features := worldtest.Bind(t, p, nil)
			for i := range p.Test {
				q := &p.Test[i]
				positives := p.Truth.Positives(q)
				if len(positives) == 0 {
					t.Fatal("a judged user has nothing held out")
				}
				for _, g := range positives {
					if _, seen := slices.BinarySearch(q.Filter.Except, g.Item); seen || int(g.Item) >= p.Items || p.Truth.Grade(q, g.Item) != 1 {
						t.Fatalf("positive %v of a user who has seen %v", g, q.Filter.Except)
					}
					features.Fill(q, problem.Candidate{Item: g.Item}, row)
				}
			}
			for i := range int32(p.Items) {
				if words := p.Look.Item(i); strings.ContainsFunc(words, func(r rune) bool { return r < ' ' || r >= 0x7f && r <= 0x9f }) {
					t.Fatalf("%q could be obeyed by a terminal", words)
				}
			}
		}
	})
}

func BenchmarkMovieLens1M(b *testing.B) {
	var text strings.Builder
	for k := range 1_000_000 {
		fmt.Fprintf(&text, "%d::%d::%d::%d\n", 1+k/166, 1+sim.Mix(uint64(k))%3700, 1+sim.Mix(uint64(k)+5)%5,
			978_300_000+sim.Mix(uint64(k)+9)%100_000_000)
	}
	fsys := fstest.MapFS{"ratings.dat": {Data: []byte(text.String())}}
	for b.Loop() {
		if _, err := fromFS(b, fsys, "", problem.Spec{Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
