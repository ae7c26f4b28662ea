package draw

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/muesli/termenv"
	imagedraw "golang.org/x/image/draw"

	"dryrun/internal/report"
)

// pictureCells is the width of a picture in cells; a cell is one pixel wide and two high, so 20 pixels square.
const pictureCells = 20

// captionLines is how many lines a caption under a picture has at most; a cut one ends in "…".
const captionLines = 3

// pictures draws pictures side by side, as many as fit, each over its caption.
func pictures(ps []report.Picture, t Theme, w int) []string {
	size := min(pictureCells, w)
	perRow := max(1, (w+2)/(size+2))
	var lines []string
	for len(ps) > 0 {
		n := min(perRow, len(ps))
		columns := make([][]string, n)
		height := 0
		for i, p := range ps[:n] {
			column := picture(p.Image, t, size)
			caption := wrap(pictureWords(p), size)
			if len(caption) > captionLines {
				caption = caption[:captionLines]
				caption[captionLines-1] = fit(caption[captionLines-1], size-1) + "…"
			}
			for _, l := range caption {
				column = append(column, pad(l, size))
			}
			columns[i], height = column, max(height, len(column))
		}
		for r := range height {
			cells := make([]string, n)
			for i, c := range columns {
				cells[i] = strings.Repeat(" ", size)
				if r < len(c) {
					cells[i] = c[r]
				}
			}
			lines = append(lines, strings.TrimRight(strings.Join(cells, "  "), " "))
		}
		if ps = ps[n:]; len(ps) > 0 {
			lines = append(lines, "")
		}
	}
	return lines
}

// pictureWords is the caption with the picture's role in words.
func pictureWords(p report.Picture) string {
	role, caption := clean(p.Role), clean(p.Caption)
	switch {
	case role == "":
		return caption
	case caption == "":
		return role
	case strings.HasPrefix(strings.ToLower(caption), role):
		return caption
	}
	return role + ": " + caption
}

// captions lists the pictures in words.
func captions(ps []report.Picture, w int) []string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, wrap(pictureWords(p), w)...)
	}
	return lines
}

// picture draws the upper half block ▀ in the color of the upper pixel on the color of the lower one, so that a cell
// shows two pixels; without color, a cell's brightness picks one of ten characters. This was chosen over x/mosaic,
// which averages four pixels into two colors and blurs pictures of sixteen to twenty pixels.
func picture(img image.Image, t Theme, size int) []string {
	size -= size % 2
	rows := size / 2
	if img == nil || img.Bounds().Empty() || size == 0 {
		box := make([]string, rows)
		for r := range box {
			box[r] = strings.Repeat(" ", size)
		}
		if rows > 0 {
			box[rows/2] = pad("  no picture", size)
		}
		return box
	}
	pixels := scaleToSquare(img, size)
	lines := make([]string, rows)
	for r := range rows {
		if t.Color {
			lines[r] = halfBlocks(pixels, r, t.profile)
		} else {
			lines[r] = shades(pixels, r, t.Dark)
		}
	}
	return lines
}

// scaleToSquare fits the image into a square of size pixels, its proportions kept, the rest transparent.
func scaleToSquare(img image.Image, size int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, size, size))
	b := img.Bounds()
	w, h := size, size
	if b.Dx() > b.Dy() {
		h = max(1, size*b.Dy()/b.Dx())
	} else {
		w = max(1, size*b.Dx()/b.Dy())
	}
	at := image.Rect((size-w)/2, (size-h)/2, (size-w)/2+w, (size-h)/2+h)
	imagedraw.ApproxBiLinear.Scale(out, at, img, b, imagedraw.Src, nil)
	return out
}

func halfBlocks(img *image.RGBA, row int, profile termenv.Profile) string {
	var out strings.Builder
	last := ""
	for x := range img.Bounds().Dx() {
		upper, lower := img.RGBAAt(x, 2*row), img.RGBAAt(x, 2*row+1)
		seq, char := "", "▀"
		switch {
		case upper.A == 0 && lower.A == 0:
			char = " "
		case upper.A == 0:
			seq, char = foreground(lower, profile), "▄"
		case lower.A == 0:
			seq = foreground(upper, profile)
		default:
			seq = foreground(upper, profile) + ";" + profile.Color(hex(lower)).Sequence(true)
		}
		if seq != last {
			if last != "" {
				out.WriteString("\x1b[0m")
			}
			if seq != "" {
				out.WriteString("\x1b[" + seq + "m")
			}
			last = seq
		}
		out.WriteString(char)
	}
	if last != "" {
		out.WriteString("\x1b[0m")
	}
	return out.String()
}

func foreground(c color.RGBA, profile termenv.Profile) string {
	return profile.Color(hex(c)).Sequence(false)
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// shades draws a row of cells as characters, from the one with least ink to the one with most; on a dark background ink
// is light.
func shades(img *image.RGBA, row int, dark bool) string {
	const ramp = " .:-=+*#%@"
	var out strings.Builder
	for x := range img.Bounds().Dx() {
		light := (luminance(img.RGBAAt(x, 2*row)) + luminance(img.RGBAAt(x, 2*row+1))) / 2
		if !dark {
			light = 1 - light
		}
		out.WriteByte(ramp[min(int(light*float64(len(ramp))), len(ramp)-1)])
	}
	return out.String()
}

// luminance is Rec. 709's, of gamma-encoded values: near enough for ten shades. Outside the picture is black.
func luminance(c color.RGBA) float64 {
	return (0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)) / 255
}
