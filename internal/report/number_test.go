package report

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.9821: "0.982", 0.0521: "0.052", 0.00042: "0.00042", 0.9999: "1.00", 1.962: "1.96", 12.41: "12.4", 208.4: "208",
		208000: "208,000", -1234.6: "-1,235", 7: "7", 99.97: "100", 1e18: "1e+18", -0.05: "-0.050",
	} {
		if got := Num(v).String(); got != want {
			t.Errorf("Number(%v) = %q, want %q", v, got, want)
		}
	}
	for id, want := range map[string]string{
		"p99_ms": "1.96 ms", "index_mb": "1.96 MB", "index_build_s": "1.96 s", "requests_per_s": "1.96/s", "speedup": "1.96 times",
		"alarm_delay_days": "1.96 days", "ndcg_at_10.als_lo": "1.96",
	} {
		if got := MetricValue(id, 1.962).String(); got != want {
			t.Errorf("Metric(%q) = %q, want %q", id, got, want)
		}
	}
	if got := MetricValue("revenue_lift", 0.056).String(); got != "+5.6%" {
		t.Errorf("a lift reads %q", got)
	}
	for id, want := range map[string]string{
		"ndcg_at_10": "NDCG@10", "ndcg_at_10.two_tower": "NDCG@10, two tower", "stage1_recall_at_k": "stage 1 recall@K",
		"p99_ms": "p99", "map_50": "mAP 50",
	} {
		if got := (Metric{ID: id}).String(); got != want {
			t.Errorf("MetricName(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestANumberHasItsUnitSignAndInterval(t *testing.T) {
	for _, c := range []struct {
		n    Number
		want string
	}{
		{Share(0.982), "98.2%"},
		{Share(1), "100%"},
		{Change(0.056).WithInterval(1.2, 9.94), "+5.6% (+1.2% to +9.9%)"},
		{Difference(-0.0214), "-0.021"},
		{Difference(0.0214), "+0.021"},
		{Difference(0.00993).WithInterval(-0.00949, 0.0381), "+0.010 (-0.009 to +0.038)"},
		{Amount(0.142, "ms"), "0.14 ms"},
		{Amount(12_340, "ms"), "12.3 s"},
		{Interval(0.742, 0.731, 0.753), "0.742 (0.731 to 0.753)"},
		{Count(20_000), "20,000"},
		{Score(3), "3.0 of 4"},
	} {
		if got := c.n.String(); got != c.want {
			t.Errorf("%+v is written %q, want %q", c.n, got, c.want)
		}
	}
}

func TestRowsArePlainArraysInJSON(t *testing.T) {
	rows := []Row{
		{Text("corpus"), Count(20_000)},
		{Metric{ID: "ndcg_at_10"}, Num(0.5)},
		{ID("two_tower"), Interval(0.5, 0.25, 0.75)},
	}
	got, err := json.Marshal(rows)
	want := `[["corpus",20000],["ndcg_at_10",0.5],["two_tower",0.5,0.25,0.75]]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// What a session's log holds of a report is drawn after a restart as it was before.
func TestAReportReadBackKeepsTheKindsOfItsCells(t *testing.T) {
	in := Step{
		Metrics: map[string]float64{"auc": 0.8, "ndcg_at_10.two_tower": 0.5},
		Blocks: []Block{
			{Kind: Table, Rows: []Row{{Metric{ID: "auc"}, Num(0.8)}, {ID("two_tower"), Num(0.5)}, {Text("two_pictures"), Num(1)}}},
			{Kind: Bars, Rows: []Row{{Text("all"), Interval(0.5, 0.25, 0.75)}, {Text("none"), Num(0)}}},
		},
	}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Step
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in.Blocks, out.Blocks) {
		t.Errorf("read back as %+v, was %+v", out.Blocks, in.Blocks)
	}
}

func TestARowOfAnythingElseIsRefused(t *testing.T) {
	var r Row
	if err := json.Unmarshal([]byte(`["corpus", true]`), &r); err == nil {
		t.Error("a row with a bool was read")
	}
}

func TestARangeHasItsUnitOnceAndTheDigitsThatWereTyped(t *testing.T) {
	for _, c := range []struct {
		id        string
		low, high float64
		want      string
	}{
		{"speedup", 0.8, 0.95, "0.8 to 0.95 times"},
		{"queries_per_arm", 1e5, 3e5, "100,000 to 300,000"},
		{"revenue_lift.offline-winner", -0.02, 0.06, "-2.0% to +6.0%"},
		{"stage1_p99_ms", 0.25, 12, "0.25 to 12 ms"},
		{"recall_at_10", 0.9995, 1, "0.9995 to 1"},
	} {
		if got := MetricRange(c.id, c.low, c.high); got != c.want {
			t.Errorf("%s: %q, want %q", c.id, got, c.want)
		}
	}
}

func TestMillisecondsKeepTheDigitsThatMeanSomething(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 ms", 0.00042: "0.00042 ms", 0.0021: "0.0021 ms", 0.046: "0.046 ms", 0.31: "0.31 ms", 1.96: "1.96 ms",
		99.4: "99.4 ms", 208: "208 ms", 12_400: "12.4 s", -0.002: "-0.002 ms",
	} {
		if got := Amount(v, "ms").String(); got != want {
			t.Errorf("%v is written %q, not %q", v, got, want)
		}
	}
}
