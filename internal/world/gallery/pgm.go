package gallery

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"

	"dryrun/internal/world/read"
)

// maxPixels is the most pixels that a picture may claim to have; it is checked before anything is decoded.
const maxPixels = 64 << 20

// pgmConfig reads the header of a PGM picture: P5 (binary) or P2 (text), width, height and the value of white.
func pgmConfig(r *bufio.Reader) (format byte, width, height, white int, err error) {
	var magic [2]byte
	if _, err = io.ReadFull(r, magic[:]); err != nil {
		return 0, 0, 0, 0, fmt.Errorf("reading the magic number: %w", err)
	}
	if magic[0] != 'P' || magic[1] != '5' && magic[1] != '2' {
		return 0, 0, 0, 0, fmt.Errorf("magic number %q is neither P5 nor P2", magic[:])
	}
	for _, field := range []struct {
		what string
		top  int
		to   *int
	}{{"width", 1 << 16, &width}, {"height", 1 << 16, &height}, {"white", 65535, &white}} {
		if *field.to, err = pgmNumber(r, field.top); err != nil {
			return 0, 0, 0, 0, fmt.Errorf("reading the %s: %w", field.what, err)
		}
		if *field.to == 0 {
			return 0, 0, 0, 0, fmt.Errorf("the %s is 0", field.what)
		}
	}
	return magic[1], width, height, white, nil
}

// pgmNumber reads one decimal number and the single white space behind it; comments run from # to the end of the line.
func pgmNumber(r *bufio.Reader, top int) (int, error) {
	n, digits := 0, 0
	for {
		c, err := r.ReadByte()
		if err == io.EOF && digits > 0 {
			return n, nil
		}
		if err != nil {
			return 0, read.UnexpectedEOF(err)
		}
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
			if digits++; n > top {
				return 0, fmt.Errorf("more than %d", top)
			}
		case c == '#':
			if _, err := r.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return 0, read.UnexpectedEOF(err)
			}
			if digits > 0 {
				return n, nil
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if digits > 0 {
				return n, nil
			}
		default:
			return 0, fmt.Errorf("%q where a digit should be", c)
		}
	}
}

// decodePGM reads a PGM picture. It allocates row by row, so a header that promises more than the file holds costs
// no more than the file.
func decodePGM(from io.Reader) (image.Image, error) {
	r := bufio.NewReader(from)
	format, width, height, white, err := pgmConfig(r)
	if err != nil {
		return nil, err
	}
	if width*height > maxPixels {
		return nil, tooLarge(width, height)
	}
	m := &image.Gray{Stride: width, Rect: image.Rect(0, 0, width, height)}
	row := make([]byte, width*(1+indicatorInt(white > 255)))
	for y := range height {
		if format == '2' {
			for range width {
				v, err := pgmNumber(r, white)
				if err != nil {
					return nil, fmt.Errorf("reading row %d of %d: %w", y+1, height, err)
				}
				m.Pix = append(m.Pix, uint8(v*255/white))
			}
			continue
		}
		if _, err := io.ReadFull(r, row); err != nil {
			return nil, fmt.Errorf("reading row %d of %d: %w", y+1, height, read.UnexpectedEOF(err))
		}
		for x := range width {
			v := int(row[x])
			if white > 255 {
				v = int(row[2*x])<<8 | int(row[2*x+1])
			}
			m.Pix = append(m.Pix, uint8(min(v, white)*255/white))
		}
	}
	return m, nil
}

func indicatorInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func tooLarge(width, height int) error {
	return fmt.Errorf("%d x %d pixels, more than the %d million that are read", width, height, maxPixels>>20)
}
