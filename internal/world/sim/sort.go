package sim

import (
	"context"
	"slices"
)

// Sort sorts like slices.SortFunc and looks at its context after each chunk: a sort of millions would otherwise go on for
// seconds after whoever asked has left. compare must tell any two elements apart.
func Sort[T any](ctx context.Context, s []T, compare func(a, b T) int) error {
	for chunk := range slices.Chunk(s, CheckEvery) {
		if err := ctx.Err(); err != nil {
			return err
		}
		slices.SortFunc(chunk, compare)
	}
	if len(s) <= CheckEvery {
		return nil
	}
	from, to := s, make([]T, len(s))
	for width := CheckEvery; width < len(s); width *= 2 {
		for a := 0; a < len(s); a += 2 * width {
			mid, end := min(a+width, len(s)), min(a+2*width, len(s))
			if err := merge(ctx, from[a:mid], from[mid:end], to[a:end], compare); err != nil {
				return err
			}
		}
		from, to = to, from
	}
	if &from[0] != &s[0] {
		copy(s, from)
	}
	return nil
}

// merge fills into with what is in a and b, both sorted.
func merge[T any](ctx context.Context, a, b, into []T, compare func(a, b T) int) error {
	for at := range into {
		if at%CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(b) == 0 || len(a) > 0 && compare(a[0], b[0]) <= 0 {
			into[at], a = a[0], a[1:]
		} else {
			into[at], b = b[0], b[1:]
		}
	}
	return nil
}
