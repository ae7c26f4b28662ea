package ranking

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Width returns the number of columns.
func (d *Dataset) Width() int { return len(d.Columns) }

// RowWeight returns the weight of row i.
func (d *Dataset) RowWeight(i int) float64 {
	if d.Weight == nil {
		return 1
	}
	return float64(d.Weight[i])
}

// RowOffset returns what is added to row i's score while a model learns.
func (d *Dataset) RowOffset(i int) float64 {
	if d.Offset == nil {
		return 0
	}
	return float64(d.Offset[i])
}

// check says what is wrong with the rows, so that training can trust them.
func (d *Dataset) check(name string) error {
	n, m := d.Rows(), d.Width()
	switch {
	case n == 0 || m == 0:
		return fmt.Errorf("training on the %s rows: there are %d rows of %d columns; build some first", name, n, m)
	case len(d.X) != n*m:
		return fmt.Errorf("training on the %s rows: %d values for %d rows of %d columns", name, len(d.X), n, m)
	case d.Weight != nil && len(d.Weight) != n:
		return fmt.Errorf("training on the %s rows: %d weights for %d rows", name, len(d.Weight), n)
	case d.Offset != nil && len(d.Offset) != n:
		return fmt.Errorf("training on the %s rows: %d offsets for %d rows", name, len(d.Offset), n)
	case d.Categorical != nil && len(d.Categorical) != m:
		return fmt.Errorf("training on the %s rows: %d categorical marks for %d columns", name, len(d.Categorical), m)
	}
	for i, y := range d.Y {
		if w := d.RowWeight(i); !finite(float64(y)) || !finite(w) || w < 0 || !finite(d.RowOffset(i)) {
			return fmt.Errorf("training on the %s rows: row %d has label %g, weight %g and offset %g; all must be finite, the weight "+
				"not negative", name, i, y, w, d.RowOffset(i))
		}
	}
	for i, x := range d.X {
		if math.IsInf(float64(x), 0) {
			return fmt.Errorf("training on the %s rows: row %d is infinite in column %q; use NaN for a missing value", name, i/m,
				d.Columns[i%m])
		}
	}
	return d.checkGroups(name)
}

func (d *Dataset) checkGroups(name string) error {
	if d.Group == nil {
		return nil
	}
	total := 0
	for _, g := range d.Group {
		if g < 0 {
			return fmt.Errorf("training on the %s rows: a request has %d rows", name, g)
		}
		total += int(g)
	}
	if total != d.Rows() {
		return fmt.Errorf("training on the %s rows: requests hold %d rows of %d", name, total, d.Rows())
	}
	return nil
}

// CheckCodes says whether categorical columns hold codes.
func (d *Dataset) CheckCodes() error {
	for c, categorical := range d.Categorical {
		for i := c; categorical && i < len(d.X); i += d.Width() {
			if x := d.X[i]; x == x && (x < 0 || x > 1<<24 || x != float32(int32(x))) {
				return fmt.Errorf("training: row %d holds %g in categorical column %q; codes are whole numbers from 0 to 2²⁴",
					i/d.Width(), x, d.Columns[c])
			}
		}
	}
	return nil
}

// CheckLabels says whether every label satisfies ok.
func (d *Dataset) CheckLabels(name, want string, ok func(y float32) bool) error {
	if i := slices.IndexFunc(d.Y, func(y float32) bool { return !ok(y) }); i >= 0 {
		return fmt.Errorf("training on the %s rows: row %d has label %g; this loss wants %s", name, i, d.Y[i], want)
	}
	return nil
}

// CheckRows checks the rows to learn from and, where there are any, those to validate on.
func CheckRows(train, valid *Dataset) error {
	if train == nil {
		return errors.New("training: there are no rows; build some first")
	}
	if err := train.check("training"); err != nil {
		return err
	}
	if valid == nil {
		return nil
	}
	if err := valid.check("validation"); err != nil {
		return err
	}
	if !slices.Equal(train.Columns, valid.Columns) {
		return fmt.Errorf("training: validation rows have columns %q, training rows %q", valid.Columns, train.Columns)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// LogLoss is the log loss of log odds x against label y in [0, 1]: ln(1 + eˣ) − y·x, without overflow.
func LogLoss(x, y float64) float64 {
	return math.Max(x, 0) - y*x + math.Log1p(math.Exp(-math.Abs(x)))
}

// WeightedMean is Σ w·f(i) / Σ w over the rows of d, 0 where there is no weight.
func WeightedMean(d *Dataset, f func(i int) float64) float64 {
	sum, total := 0.0, 0.0
	for i := range d.Y {
		w := d.RowWeight(i)
		sum += w * f(i)
		total += w
	}
	if total == 0 {
		return 0
	}
	return sum / total
}
