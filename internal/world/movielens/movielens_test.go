package movielens

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dryrun/internal/problem"
	"dryrun/internal/world/read"
	"dryrun/internal/world/worldtest"
)

// handmade are ratings with a split that can be worked out by hand, separated by sep. User 2 has ten positives, one at
// the same time as another, and one rating below; user 1 has four and isn't judged.
func handmade(sep string) string {
	var b strings.Builder
	row := func(user, item int, stars string, time int) {
		fmt.Fprintf(&b, "%d%s%d%s%s%s%d\n", user, sep, item, sep, stars, sep, time)
	}
	for k := range 10 { // items 10, 20 ... 100; the last two by time are 90 and 100, at the same second
		time := 86_400 * (10 + k)
		if k == 9 {
			time -= 86_400
		}
		row(2, 10*(k+1), "4", time)
	}
	row(2, 110, "3", 86_400*30) // later, and no positive
	for k := range 4 {
		row(1, 10*(k+1), "5", 86_400*(40+k))
	}
	return b.String()
}

func fromFS(t testing.TB, fsys fstest.MapFS, only string, s problem.Spec) (*problem.Problem, error) {
	t.Helper()
	r, err := readRatings(t.Context(), fsys, "films", only, nil)
	if err != nil {
		return nil, err
	}
	f, err := readFilms(t.Context(), fsys, r)
	if err != nil {
		return nil, err
	}
	return newProblem(t.Context(), s, r, f)
}

func TestTheLastFifthOfEachUserIsHeldOutInAllThreeForms(t *testing.T) {
	titles := map[string]string{
		"u.data":      "10|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|1|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n",
		"ratings.dat": "10::Toy Story (1995)::Animation|Comedy\n",
		"ratings.csv": "movieId,title,genres\r\n10,\"Toy Story (1995)\",Animation|Comedy\r\n",
	}
	for _, format := range ratingsFormats() {
		t.Run(format.file, func(t *testing.T) {
			text := handmade(format.sep)
			if format.sep == "," {
				text = "\ufeffuserId,movieId,rating,timestamp\r\n" + strings.ReplaceAll(strings.ReplaceAll(text, ",4,", ",4.0,"), "\n", "\r\n")
			}
			fsys := fstest.MapFS{format.file: {Data: []byte(text)}, format.titles: {Data: []byte(titles[format.file])}}
			p, err := fromFS(t, fsys, "", problem.Spec{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Items != 11 || p.History.Users != 2 || len(p.Test) != 1 || len(p.History.Item) != 12 {
				t.Fatalf("%d items, %d users, %d judged, %d training positives: expected 11, 2, 1, 12", p.Items, p.History.Users, len(p.Test),
					len(p.History.Item))
			}
			q := &p.Test[0]
			if q.User != 1 || !slices.Equal(q.Filter.Except, []int32{0, 1, 2, 3, 4, 5, 6, 7}) || q.Day != 8 {
				t.Errorf("judged request %+v: expected of the second user, day 8, the first eight items seen", q)
			}
			want := []problem.Graded{{Item: 8, Grade: 1}, {Item: 9, Grade: 1}}
			if got := p.Truth.Positives(q); !slices.Equal(got, want) {
				t.Errorf("positives %v, expected %v", got, want)
			}
			if p.Truth.Grade(q, 7) != 0 || p.Truth.Grade(q, 10) != 0 || p.Truth.Grade(q, 8) != 1 {
				t.Error("grades: expected 0 for a training item and for a low rating, 1 for what was held out")
			}
			// Of the eight left, the last is asked for given the seven before.
			past := &p.Train[0]
			if len(p.Train) != 1 || len(past.Filter.Except) != 7 || !slices.Equal(p.Truth.Positives(past), []problem.Graded{{Item: 7, Grade: 1}}) {
				t.Errorf("past requests %+v, positives %v: expected one, for item 7", p.Train, p.Truth.Positives(past))
			}
			if got := p.Look.Item(0); got != "Toy Story (1995) (Animation, Comedy)" {
				t.Errorf("the first item is %q", got)
			}
			if notes := strings.Join(p.Notes, "\n"); !strings.Contains(notes, "1 of 2 users have fewer than 5") ||
				!strings.Contains(notes, "10 rated items have no title") {
				t.Errorf("notes:\n%s", notes)
			}
			if p.Log != nil || p.People != nil || p.Drift != nil || p.Missing["ctr"] == "" || p.Missing["retention_lift"] == "" {
				t.Error("recorded ratings have a log, people or drift, or don't say that they lack them")
			}
		})
	}
}

func TestTiesAreHeldOutByTheOrderOfTheFile(t *testing.T) {
	var text string
	for _, item := range []int{5, 4, 3, 2, 1} { // all in one second: the last row is the last positive
		text += fmt.Sprintf("1\t%d\t5\t1000\n", item)
	}
	p, err := fromFS(t, fstest.MapFS{"u.data": {Data: []byte(text)}}, "", problem.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Truth.Positives(&p.Test[0]); !slices.Equal(got, []problem.Graded{{Item: 0, Grade: 1}}) {
		t.Errorf("held out %v, expected the item of the last row", got)
	}
}

func TestRowsThatArePassedOverAreNamedAndCounted(t *testing.T) {
	good := handmade("\t") // 15 rows
	text := good +
		"2\t10\t5\t999999999\n" + // 16: rated already
		"3\t10\t0\t1000\n" + // 17: no rating
		"3\t20\t7\t1000\n" + // 18: above the scale
		"\n" + // 19
		"user item rating\n" + // 20
		"0\t10\t5\t1000\n" + // 21
		"4\t-3\t5\t1000\n" + // 22
		"4\t3\t5\t1000\t5\n" + // 23
		"4\t3\tNaN\t1000\n" + // 24
		"4\t99999999999\t4\t1000\n" + // 25
		strings.Repeat("9", 3*read.MaxLine) + "\n" + // 26
		"5\t10\t4.5\t0\n" + // 27
		"6\t10\t4.5\t1000" // 28: no newline at the end
	p, err := fromFS(t, fstest.MapFS{"u.data": {Data: []byte(text)}}, "", problem.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(p.Notes, "\n")
	for _, want := range []string{
		"skipped 10 of 28 rows that can't be read: u.data:18 (the rating isn't 0.5 to 5 in half stars), u.data:19 (1 fields, 4 are needed), " +
			"u.data:20",
		"and 5 more", "skipped 1 rows with a rating of 0, which is no rating: u.data:17",
		"skipped 1 ratings of items that the user had rated already: u.data:16", "no u.item beside the ratings",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes don't say %q:\n%s", want, notes)
		}
	}
	if p.History.Users != 3 || p.Items != 11 || p.Look.Item(0) != "film 10" {
		t.Errorf("%d users, %d items, the first called %q: expected 3, 11, film 10", p.History.Users, p.Items, p.Look.Item(0))
	}
}

func TestRatingsThatAreRefusedSayWhy(t *testing.T) {
	good := handmade("\t")
	for name, c := range map[string]struct {
		fsys       fstest.MapFS
		only, says string
	}{
		"a folder without ratings": {fstest.MapFS{"x.csv": {}}, "", "no u.data, ratings.dat or ratings.csv"},
		"more bad rows than a good file has": {
			fstest.MapFS{"u.data": {Data: []byte(good + strings.Repeat("x\n", 101))}},
			"",
			"101 of 116 rows can't be read: u.data:16 (1 fields, 4 are needed)",
		},
		"nothing but bad rows": {
			fstest.MapFS{"u.data": {Data: []byte("a\tb\tc\td\n")}},
			"",
			"no rating: u.data:1 (the user is no number",
		},
		"an empty file": {fstest.MapFS{"u.data": {}}, "", "no rating"},
		"a file of another kind": {
			fstest.MapFS{"photo.jpg": {Data: []byte("\xff\xd8\xff")}},
			"photo.jpg",
			"first line isn't user, item, rating and time",
		},
		"a file that isn't there": {fstest.MapFS{}, "u.data", "opening ratings"},
		"nobody to judge": {
			fstest.MapFS{"u.data": {Data: []byte("1\t1\t5\t100\n")}},
			"",
			"no user has 5 ratings of 4 or more",
		},
		"titles of another kind": {fstest.MapFS{
			"u.data": {Data: []byte(good)},
			"u.item": {Data: []byte(strings.Repeat("1,a,b\n", 200))},
		}, "", "200 of 200 rows can't be read: u.item:1 (1 fields, 24 are needed)"},
	} {
		if _, err := fromFS(t, c.fsys, c.only, problem.Spec{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, expected one that says %q", name, err, c.says)
		}
	}
	for path, says := range map[string]string{"": "give --data movielens:PATH", filepath.Join(t.TempDir(), "no"): "opening MovieLens"} {
		if _, err := Make(t.Context(), problem.Spec{Kind: "interactions", Format: "movielens", Path: path}, nil); err == nil ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("path %q: error %v, expected one that says %q", path, err, says)
		}
	}
}

func TestAHundredBadRowsOrOneInAHundredAreSurvived(t *testing.T) {
	long := strings.Builder{}
	for k := range 20_000 {
		fmt.Fprintf(&long, "%d::%d::5::%d\n", 1+k%40, 1+k/40, 1000+k)
	}
	for bad, ok := range map[int]bool{200: true, 300: false} {
		fsys := fstest.MapFS{"ratings.dat": {Data: []byte(strings.Repeat("x\n", bad) + long.String())}}
		if _, err := fromFS(t, fsys, "", problem.Spec{}); (err == nil) != ok {
			t.Errorf("%d bad rows of %d: error %v", bad, bad+20_000, err)
		}
	}
}

func TestTitlesOfEitherEncodingAreReadAndMadeSafe(t *testing.T) {
	for text, want := range map[string]string{
		"10::L\xe9on (1994)::Crime\n":                     "Léon (1994) (Crime)",
		"10::Léon (1994)::Crime\n":                        "Léon (1994) (Crime)",
		"10::\x1b]52;c;x\x07 (1994)::\x1b[2J\n":           "?]52;c;x? (1994) (?[2J)",
		"10::\xc2\x9b2Jevil \xe2\x80\xae(1994)::Crime\n":  "?2Jevil ?(1994) (Crime)",
		"10::A title: with colons::(no genres listed)\n":  "A title: with colons",
		"10::Once::Drama\n10::Twice::Drama\n7::x::y\nq\n": "Once (Drama)",
	} {
		p, err := fromFS(t, fstest.MapFS{"ratings.dat": {Data: []byte(handmade("::"))}, "movies.dat": {Data: []byte(text)}}, "", problem.Spec{})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Look.Item(0); got != want {
			t.Errorf("%q is shown as %q, expected %q", text, got, want)
		}
	}
	p, err := fromFS(t, fstest.MapFS{
		"ratings.csv": {Data: []byte(handmade(","))},
		"movies.csv":  {Data: []byte("10,\"Good, the \"\"Bad\"\" (1966)\",Western\n")},
	}, "", problem.Spec{})
	if err != nil || p.Look.Item(0) != `Good, the "Bad" (1966) (Western)` {
		t.Errorf("error %v, a quoted title is shown as %q", err, p.Look.Item(0))
	}
}

func TestAFileOfRatingsIsKnownByItsFirstLine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "my ratings.txt")
	if err := os.WriteFile(file, []byte(handmade("::")), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Make(t.Context(), problem.Spec{Kind: "interactions", Format: "movielens", Path: file}, nil)
	if err != nil || p.Items != 11 {
		t.Fatalf("%v, error %v: expected 11 items", p, err)
	}
}

func TestFewerItemsAreDrawnFromTheSeed(t *testing.T) {
	fsys := fstest.MapFS{"ratings.dat": {Data: []byte(handmade("::"))}, "movies.dat": {Data: []byte("10::Ten::Drama\n90::Ninety::War\n")}}
	p, err := fromFS(t, fsys, "", problem.Spec{Items: 9, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	again, err := fromFS(t, fsys, "", problem.Spec{Items: 9, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if p.Items != 9 || !strings.Contains(strings.Join(p.Notes, " "), "kept 9 of 11 items") {
		t.Errorf("%d items, notes %q", p.Items, p.Notes)
	}
	for i := range int32(9) {
		if p.Look.Item(i) != again.Look.Item(i) {
			t.Error("the same seed kept other items")
		}
		for id, title := range map[string]string{"film 10": "Ten", "film 90": "Ninety"} {
			if p.Look.Item(i) == id {
				t.Errorf("%s has lost its title %s", id, title)
			}
		}
	}
}

func TestFilmFeaturesByHand(t *testing.T) {
	fsys := fstest.MapFS{
		"ratings.dat": {Data: []byte(handmade("::"))},
		"movies.dat":  {Data: []byte("10::A (1960)::Drama|War\n20::B (1961)::Drama\n90::C (1969)::War\n")},
	}
	p, err := fromFS(t, fsys, "", problem.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	f := worldtest.Bind(t, p, nil)
	row := make([]float32, len(f.Columns()))
	q := &p.Test[0] // liked eight by day 8: one of Drama and War, one of Drama, six of nothing known
	f.Fill(q, problem.Candidate{Item: 8}, row)
	want := map[string]float64{
		"genre_share": 1.0 / 8, "genre_cosine": 1 / math.Sqrt(5), "positives_log": 0, "film_last_liked_days": longUnrated,
		"past_positives_log": math.Log(9), "user_known_days": 8, "user_last_liked_days": 1,
	}
	f.Fill(q, problem.Candidate{Item: 8}, row)
	for column, v := range want {
		if got := float64(row[slices.Index(f.Columns(), column)]); math.Abs(got-v) > 1e-5 {
			t.Errorf("%s of the film held out is %v, by hand %v", column, got, v)
		}
	}
	// The other user likes the first item on day 30 and later: on day 8 that isn't known.
	f.Fill(q, problem.Candidate{Item: 0}, row)
	if got := float64(row[slices.Index(f.Columns(), "positives_log")]); math.Abs(got-math.Log(2)) > 1e-5 {
		t.Errorf("positives_log of the first film on day 8 is %v, by hand log 2", got)
	}
	if n := testing.AllocsPerRun(100, func() { f.Fill(q, problem.Candidate{Item: 7}, row) }); n > 0 {
		t.Errorf("Fill allocates %v times", n)
	}
	if why := p.Look.Why(q, 0); !strings.Contains(why, "hardly anybody") {
		t.Errorf("why: %q", why)
	}
}

func TestReadingRatingsStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fsys := fstest.MapFS{"u.data": {Data: []byte(handmade("\t"))}}
	if _, err := readRatings(ctx, fsys, "films", "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected that the context ended", err)
	}
}

func TestMovieLens100kIsRead(t *testing.T) {
	dir := worldtest.SharedData(t, "movielens-100k")
	p, err := Make(t.Context(), problem.Spec{Kind: "interactions", Format: "movielens", Path: dir, Seed: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for i := range p.Test {
		q := &p.Test[i]
		positives := p.Truth.Positives(q)
		held += len(positives)
		row, _ := p.History.Row(q.User)
		all := len(row) + len(positives)
		if len(positives) != all/5 || !slices.Equal(row, q.Filter.Except) {
			t.Fatalf("user %d: %d of %d positives held out", q.User, len(positives), all)
		}
	}
	// The data's own README gives users and items; 55,375 ratings are 4 or more.
	if p.History.Users != 943 || p.Items != 1682 || len(p.History.Item) != 44_679 || held != 10_696 || len(p.Test) != 938 {
		t.Errorf("%d users, %d items, %d and %d positives, %d judged: expected 943, 1682, 44679 and 10696, 938",
			p.History.Users, p.Items, len(p.History.Item), held, len(p.Test))
	}
	if got := p.Look.Item(0); got != "Toy Story (1995) (Animation, Children's, Comedy)" {
		t.Errorf("the first item is %q", got)
	}
	for _, slice := range p.Slices {
		n := 0
		for i := range p.Test {
			if slice.Has(&p.Test[i]) {
				n++
			}
		}
		if share := float64(n) / float64(len(p.Test)); share < 0.08 || share > 0.5 {
			t.Errorf("slice %q holds %.0f%% of the judged users, expected 8 to 50%%", slice.Name, 100*share)
		}
	}
}

func TestAProblemOfRatingsStopsWithItsContext(t *testing.T) {
	fsys := fstest.MapFS{"u.data": {Data: []byte(handmade("\t"))}}
	r, err := readRatings(t.Context(), fsys, "films", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := readFilms(t.Context(), fsys, r)
	if err != nil {
		t.Fatal(err)
	}
	worldtest.StopsWithContext(t, "the problem of ratings", func(ctx context.Context) (*problem.Problem, error) {
		return newProblem(ctx, problem.Spec{}, r, f)
	})
	p, err := newProblem(t.Context(), problem.Spec{}, r, f)
	if err != nil {
		t.Fatal(err)
	}
	worldtest.StopsWithContext(t, "the features of films", func(ctx context.Context) (problem.Features, error) {
		return p.Pairs.Bind(ctx, nil)
	})
}
