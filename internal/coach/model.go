package coach

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// weightsText are the weights of the logistic model, one to a line. Make them with
//
//	go run ./internal/coach/train
//
//go:embed weights.txt
var weightsText string

// model weighs the features of an answer: the weighted sum is the log of the odds that a criterion is met.
type model struct {
	bias    float64
	weights [featureCount]float64
}

// trained returns the embedded model.
var trained = sync.OnceValue(func() model {
	m, err := parseModel(weightsText)
	if err != nil {
		panic(fmt.Sprintf("read the embedded weights: %v", err)) // the build embeds them, so only a broken build comes here
	}
	return m
})

func parseModel(text string) (model, error) {
	names := append([]string{"bias"}, FeatureNames()...)
	values := make([]float64, len(names))
	lines := strings.Fields(text)
	if len(lines) != 2*len(names) {
		return model{}, fmt.Errorf("they have %d words, want %d", len(lines), 2*len(names))
	}
	for i, name := range names {
		x, err := strconv.ParseFloat(lines[2*i+1], 64)
		if lines[2*i] != name || err != nil {
			return model{}, fmt.Errorf("weight %d is %q, want that of %q", i, strings.Join(lines[2*i:2*i+2], " "), name)
		}
		values[i] = x
	}
	m := model{bias: values[0]}
	copy(m.weights[:], values[1:])
	return m, nil
}

// logOdds adds in a fixed order; the conversion keeps every platform from fusing a product with the sum, which rounds differently.
func (m *model) logOdds(f *[featureCount]float64) float64 {
	sum := m.bias
	for i, w := range m.weights {
		sum += float64(w * f[i])
	}
	return sum
}

// The log of the odds from which a criterion is met, and met in full. With the first, precision and recall are about equal on
// answers to a case that the model wasn't trained on; the second parts whole marks from halves about as people do.
const (
	metFrom    = 0.0
	bulletFrom = -0.6 // for a bullet that meets all of the evidence
	fullFrom   = 0.6
)

// What the model needs of a case. It was trained on cases with 4 statements a criterion and 8 wrong claims a step or more; where
// there are hardly any, the evidence decides alone.
const (
	leastSays   = 2
	leastWrongs = 4
)

// modeled reports whether the model can judge a criterion.
func (rub *rubric) modeled(c *criterion) bool {
	return len(c.says) >= leastSays && len(rub.wrongs) >= leastWrongs
}

// Example is what the model sees of an answer for a criterion.
type Example struct {
	Criterion string
	Features  [featureCount]float64
}

// Examples returns what the model sees of an answer, for training; none where the answer is a list or off topic, or for criteria
// that the rules judge alone.
func (c *Coach) Examples(cs *casestudies.Case, step framework.StepID, a Answer) []Example {
	var out []Example
	c.withVocabulary(func(v *words.Vocabulary) {
		rub := c.rubric(cs, step, a.Curveballs)
		r := rub.read(v, a)
		for i := range rub.criteria {
			if criterion := &rub.criteria[i]; rub.modeled(criterion) && !r.list && !r.elsewhere {
				out = append(out, Example{criterion.ID, rub.sense(v, r, i).features})
			}
		}
	})
	return out
}

// About is what this build's coach judges by.
type About struct {
	By      []string `json:"by"`
	Table   int      `json:"table_bytes"` // of the table of meaning
	Weights int      `json:"weights"`     // of the model
}

// Build describes the coach of this build.
func Build() About {
	return About{By: []string{"rules", "table", "model"}, Table: meaning.Size(), Weights: featureCount + 1}
}
