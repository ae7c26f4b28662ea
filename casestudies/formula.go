package casestudies

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"strings"
)

// evaluate computes a formula of a derived number. It is an arithmetic expression as Go writes it: numbers, names of facts'
// numbers and of earlier derived numbers, + - * / and parentheses, and the functions ceil, round, sqrt, min and max.
func evaluate(formula string, names map[string]float64) (float64, error) {
	expr, err := parser.ParseExpr(formula)
	if err != nil {
		return 0, fmt.Errorf("the formula %q isn't arithmetic: %w", short(formula), err)
	}
	x, err := value(expr, names)
	switch {
	case err != nil:
		return 0, err
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, errors.New("the formula divides by zero or takes the root of a negative number")
	}
	return x, nil
}

func value(e ast.Expr, names map[string]float64) (float64, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return strconv.ParseFloat(e.Value, 64)
		}
	case *ast.Ident:
		x, ok := names[e.Name]
		if !ok {
			return 0, fmt.Errorf("no fact has a number %q, and no earlier derived number has that id", short(e.Name))
		}
		return x, nil
	case *ast.ParenExpr:
		return value(e.X, names)
	case *ast.UnaryExpr:
		x, err := value(e.X, names)
		if e.Op == token.SUB {
			return -x, err
		}
	case *ast.BinaryExpr:
		return binary(e, names)
	case *ast.CallExpr:
		return call(e, names)
	}
	return 0, errors.New("a formula holds numbers, names, + - * /, parentheses, and ceil, round, sqrt, min and max")
}

func binary(e *ast.BinaryExpr, names map[string]float64) (float64, error) {
	x, err := value(e.X, names)
	if err != nil {
		return 0, err
	}
	y, err := value(e.Y, names)
	if err != nil {
		return 0, err
	}
	switch e.Op {
	case token.ADD:
		return x + y, nil
	case token.SUB:
		return x - y, nil
	case token.MUL:
		return x * y, nil
	case token.QUO:
		return x / y, nil
	}
	return 0, fmt.Errorf("a formula can't use %s: it has + - * and /", e.Op)
}

func call(e *ast.CallExpr, names map[string]float64) (float64, error) {
	name, _ := e.Fun.(*ast.Ident)
	args := make([]float64, len(e.Args))
	for i, a := range e.Args {
		x, err := value(a, names)
		if err != nil {
			return 0, err
		}
		args[i] = x
	}
	if name != nil {
		switch {
		case name.Name == "ceil" && len(args) == 1:
			return math.Ceil(args[0]), nil
		case name.Name == "round" && len(args) == 1:
			return math.Round(args[0]), nil
		case name.Name == "sqrt" && len(args) == 1:
			return math.Sqrt(args[0]), nil
		case name.Name == "min" && len(args) == 2:
			return math.Min(args[0], args[1]), nil
		case name.Name == "max" && len(args) == 2:
			return math.Max(args[0], args[1]), nil
		}
	}
	return 0, errors.New("a formula has the functions ceil, round and sqrt of one number, and min and max of two")
}

// shown is a number as a text writes it, with its rounding error: half a unit of the last digit that isn't a zero at its end,
// but of the second digit at most. 208,000 is 207,500 to 208,500, 100 is 95 to 105, and 0.80 is 0.795 to 0.805.
type shown struct{ value, within float64 }

// holds reports whether x is rounded to the number.
func (s shown) holds(x float64) bool { return math.Abs(x-s.value) <= s.within*(1+1e-9) }

// readShown reads the first number of a text.
func readShown(text string) (shown, bool) {
	start := strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' })
	if start < 0 {
		return shown{}, false
	}
	end := start
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == ',' || text[end] == '.') {
		end++
	}
	digits := strings.TrimRight(strings.ReplaceAll(text[start:end], ",", ""), ".")
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return shown{}, false
	}
	whole, decimals, _ := strings.Cut(digits, ".")
	unit := math.Pow(10, -float64(len(decimals)))
	if decimals == "" {
		kept := max(len(strings.TrimRight(whole, "0")), min(2, len(whole)))
		unit = math.Pow(10, float64(len(whole)-kept))
	}
	word := strings.ToLower(strings.TrimLeft(text[end:], " "))
	for _, m := range magnitudes() {
		if strings.HasPrefix(word, m.word) {
			x, unit = x*m.times, unit*m.times
			break
		}
	}
	return shown{value: x, within: unit / 2}, true
}

type magnitude struct {
	word  string
	times float64
}

func magnitudes() []magnitude {
	return []magnitude{{"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}}
}
