package narrate

import (
	"fmt"

	"dryrun/internal/report"
)

// XRay describes where the pipeline lost one query's best match: stage by stage, then the verdict with what came first
// instead and why, then the pictures.
func XRay(x report.XRay) []report.Block {
	blocks := []report.Block{
		note(fmt.Sprintf("X-ray of query %d", x.Query+1), sentences(x.Request, matched(x.ItemWords))),
		{Kind: report.Table, Columns: []string{"stage", "the match is", "because"}, Rows: stages(x)},
		note("Verdict", verdict(x)),
	}
	if len(x.Pictures) > 0 {
		blocks = append(blocks, report.Block{Kind: report.Pictures, Pictures: x.Pictures})
	}
	return blocks
}

func matched(item string) string {
	if item == "" {
		return ""
	}
	return "the best match is " + item
}

// stages follows the match as far as it came.
func stages(x report.XRay) []report.Row {
	row := func(stage string, kept bool, because string) report.Row {
		outcome := "lost"
		if kept {
			outcome = "kept"
		}
		return report.Row{report.Text(stage), report.Text(outcome), report.Text(because)}
	}
	if x.Loss == report.LostByIndex {
		return []report.Row{row("index", false, "it was never indexed, and stage one can't find what the index doesn't hold")}
	}
	rows := []report.Row{row("index", true, "it is indexed")}
	rank, k := report.Ordinal(x.Rank1), report.Count(x.K)
	switch {
	case x.Loss == report.LostBySearch:
		return append(rows, row("stage one", false,
			fmt.Sprintf("a deeper search ranks it %s, but asked for K = %s the approximate search passes it by", rank, k)))
	case x.Loss == report.LostByStageOne && x.Rank1 == 0:
		return append(rows, row("stage one", false, fmt.Sprintf("it isn't within the first %s", report.Count(x.Depth))))
	case x.Loss == report.LostByStageOne:
		return append(rows, row("stage one", false, fmt.Sprintf("it ranks %s, outside K = %s", rank, k)))
	}
	rows = append(rows, row("stage one", true, fmt.Sprintf("it ranks %s, and K = %s", rank, k)))
	rank, top := report.Ordinal(x.Rank2), report.Count(x.Top)
	if x.Loss == report.LostByStageTwo {
		return append(rows, row("stage two", false, fmt.Sprintf("it ranks %s, outside the first %s", rank, top)))
	}
	return append(rows, row("stage two", true, fmt.Sprintf("it ranks %s, and %s are shown", rank, top)))
}

// verdict says which stage lost the match, and what came first instead.
func verdict(x report.XRay) string {
	instead := ""
	if x.WonBy != "" {
		instead = x.WonBy + " came first instead"
	}
	switch x.Loss {
	case report.NotLost:
		return "It wasn't lost."
	case report.LostByIndex:
		return "The index lost it."
	case report.LostBySearch:
		return sentences("the approximate search of stage one lost it", instead, x.WonReason)
	}
	return sentences(string(x.Loss)+" lost it", instead, x.WonReason)
}
