package rehearse

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseRange reads the two numbers of a prediction as people write them: `0.90 0.97`, `100k to 300k`, `2% - 5%`,
// `1,000 2,000`. Which range makes sense is framework.CheckRange's to say.
func ParseRange(text string) (low, high float64, err error) {
	var numbers []float64
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t;–", r) }) {
		switch f {
		case "to", "and", "-":
			continue
		}
		v, err := parseNumber(f)
		if err != nil {
			return 0, 0, err
		}
		numbers = append(numbers, v)
	}
	if len(numbers) != 2 {
		return 0, 0, errors.New("a range is two numbers, low and high, such as 0.90 0.97 or 100k 300k")
	}
	return numbers[0], numbers[1], nil
}

// parseNumber reads a number with an optional k, M, x or %, and with commas between thousands.
func parseNumber(text string) (float64, error) {
	bare, scale := strings.ReplaceAll(text, ",", ""), 1.0
	if bare != "" {
		switch bare[len(bare)-1] {
		case 'k', 'K':
			scale = 1e3
		case 'm', 'M':
			scale = 1e6
		case '%':
			scale = 0.01
		case 'x':
		default:
			bare += " "
		}
		bare = bare[:len(bare)-1]
	}
	v, err := strconv.ParseFloat(bare, 64)
	if err != nil {
		return 0, fmt.Errorf("%q isn't a number: write 0.95, 5%%, 100k or 2M", text)
	}
	return v * scale, nil
}
