package rows

import (
	"context"
	"fmt"
	"path/filepath"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/protocol"
)

func alsTraining(ctx context.Context, r *Runner) ([]Result, error) {
	var out []Result
	n := r.size(20_000, 500)
	f := data.NewFeedback(n, n, 30, 5)
	folder := filepath.Join(r.dir, "als")
	if err := f.Write(folder); err != nil {
		return nil, err
	}
	for _, factors := range []int{32, 64, 128} {
		job := &protocol.Job{Rows: protocol.Rows{Train: folder}, Factorization: protocol.Factorization{
			Users: n, Items: n, Factors: factors, Iterations: r.size(5, 2), Reg: 0.1, Alpha: 5,
		}}
		cmd := protocol.Command{Do: protocol.DoALS, Job: job}
		res, err := r.compare(ctx, comparison{
			name: fmt.Sprintf("%d x %d, 30 each, %d factors", n, n, factors), peer: "implicit", goal: 1, ours: cmd, theirs: cmd,
			unit: unit{1, 1, "s"}, round: sameEveryRound(job, factorsNDCG(f, factors)), tolerance: 0.01,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}
