package lightgbm

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// expected is testdata/lightgbm/*/expected.json: what LightGBM itself says about the models beside it.
type expected struct {
	LightGBM string  `json:"lightgbm"`
	Rows     [][]any `json:"rows"`
	Models   map[string]struct {
		Raw     []float64 `json:"raw"`
		Predict []float64 `json:"predict"`
	} `json:"models"`
}

func readExpected(t *testing.T, folder string) (*expected, []float32) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	e := &expected{}
	if err := json.Unmarshal(text, e); err != nil {
		t.Fatal(err)
	}
	var rows []float32
	for _, row := range e.Rows {
		for _, v := range row {
			switch v := v.(type) {
			case float64:
				rows = append(rows, float32(v))
			case string:
				sign := 1
				if strings.HasPrefix(v, "-") {
					sign = -1
				}
				rows = append(rows, float32(math.Inf(sign)))
			default:
				rows = append(rows, float32(math.NaN()))
			}
		}
	}
	return e, rows
}

func readLight(t testing.TB, path string) *Model {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLightGBMPredictsAsLightGBMDoes(t *testing.T) {
	for _, folder := range []string{"testdata/lightgbm/v3", "testdata/lightgbm/v4"} {
		e, rows := readExpected(t, folder)
		if len(e.Models) < 10 {
			t.Errorf("%s: only %d models", folder, len(e.Models))
		}
		for name, want := range e.Models {
			t.Run(filepath.Base(folder)+"/"+name, func(t *testing.T) {
				m := readLight(t, filepath.Join(folder, name+".txt"))
				raw, predicted := make([]float64, len(want.Raw)), make([]float64, len(want.Predict))
				m.Raw(rows, raw)
				m.Predict(rows, predicted)
				near(t, "raw score", raw, want.Raw)
				near(t, "prediction", predicted, want.Predict)

				// One row alone is walked, many are tested by masks: the same either way.
				alone := make([]float64, m.Classes())
				for i := range len(e.Rows) {
					m.Raw(rows[5*i:5*i+5], alone)
					near(t, "raw score of a row alone", alone, raw[i*len(alone):(i+1)*len(alone)])
				}
			})
		}
	}
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= 1e-9*math.Abs(want[i])) {
			t.Fatalf("%s %d is %.17g, LightGBM's %.17g", what, i, got[i], want[i])
		}
	}
}

func TestLightGBMRanksByRawScoreOrExpectedClass(t *testing.T) {
	e, rows := readExpected(t, "testdata/lightgbm/v4")
	n := len(e.Rows)
	got := make([]float32, n)
	readLight(t, "testdata/lightgbm/v4/binary.txt").Score(rows, got)
	for i, want := range e.Models["binary"].Raw {
		if got[i] != float32(want) {
			t.Fatalf("row %d scores %v, want %v", i, got[i], want)
		}
	}
	m := readLight(t, "testdata/lightgbm/v4/multiclass.txt")
	m.Score(rows, got)
	for i := range n {
		want := 0.0
		for k, p := range e.Models["multiclass"].Predict[5*i : 5*i+5] {
			want += float64(k) * p
		}
		if math.Abs(float64(got[i])-want) > 1e-6 {
			t.Fatalf("row %d: expected class %v, want %v", i, got[i], want)
		}
	}
}

func TestLightGBMSaysWhatItCannotServe(t *testing.T) {
	whole, err := os.ReadFile("testdata/lightgbm/v4/binary.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(whole)
	for name, tc := range map[string]struct{ was, is, says string }{
		"another format":           {"tree\n", "forest\n", `begins with the line "tree"`},
		"version 2":                {"version=v4", "version=v2", "v3 and v4"},
		"linear leaves":            {"is_linear=0", "is_linear=1", "linear"},
		"unknown objective":        {"objective=binary", "objective=mine", `"mine"`},
		"cut off":                  {"end of trees", "", "cut off"},
		"a column too far":         {"split_feature=", "split_feature=9 ", "split_feature"},
		"a circle":                 {"left_child=1", "left_child=0", "circle"},
		"a leaf that is no number": {"leaf_value=", "leaf_value=nan ", "leaf_value"},
		"features miscounted":      {"max_feature_idx=4", "max_feature_idx=5", "5 feature names for 6"},
		"more leaves than are":     {"num_leaves=7", "num_leaves=700000000", "num_leaves"},
	} {
		changed := strings.Replace(text, tc.was, tc.is, 1)
		if changed == text {
			t.Errorf("%s: nothing changed", name)
			continue
		}
		_, err := Read(strings.NewReader(changed))
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: error %v, want one about %s", name, err, tc.says)
		}
	}
}

// FuzzReadLightGBM: whatever a file says, the result is an error or a model that scores.
func FuzzReadLightGBM(f *testing.F) {
	for _, name := range []string{"v3/binary", "v4/binary", "v4/zeros", "v4/multiclass", "v4/stumpless", "v4/forest"} {
		text, err := os.ReadFile("testdata/lightgbm/" + name + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		const n = 7
		rows := make([]float32, n*len(m.Columns()))
		for i := range rows {
			rows[i] = float32(i%5) - 1
		}
		m.Score(rows, make([]float32, n))
		m.Predict(rows, make([]float64, n*m.Classes()))
	})
}
