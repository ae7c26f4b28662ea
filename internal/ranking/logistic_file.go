package ranking

import (
	"context"
	"fmt"
	"io"

	"dryrun/internal/binfile"
)

// LogisticKind is the kind of a saved logistic regression.
const (
	LogisticKind    = "ranking/logistic"
	logisticVersion = 1
)

// Save writes the model so that LoadLogistic reads the same one.
func (l *Logistic) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, LogisticKind, logisticVersion)
	w.Texts(l.columns...)
	w.Put(l.base)
	binfile.Slice(w, l.mean)
	binfile.Slice(w, l.coef)
	binfile.Slice(w, l.weights)
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving a logistic regression: %w", err)
	}
	return nil
}

// LoadLogistic reads what Logistic.Save wrote.
func LoadLogistic(ctx context.Context, in io.Reader) (*Logistic, error) {
	r, err := binfile.NewReader(ctx, in, LogisticKind, logisticVersion)
	if err != nil {
		return nil, fmt.Errorf("loading a logistic regression: %w", err)
	}
	l := &Logistic{columns: r.Texts()}
	r.Get(&l.base)
	l.mean, l.coef, l.weights = binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r), binfile.ReadSlice[float64](r)
	if err := r.Close(); err != nil {
		return nil, fmt.Errorf("loading a logistic regression: %w", err)
	}
	if n := len(l.columns); len(l.mean) != n || len(l.coef) != n || len(l.weights) != n {
		return nil, fmt.Errorf("loading a logistic regression: %d means, %d coefficients and %d weights for %d columns",
			len(l.mean), len(l.coef), len(l.weights), n)
	}
	return l, nil
}
