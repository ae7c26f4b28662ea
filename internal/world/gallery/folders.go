package gallery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/read"
)

const (
	// maxPictureBytes is the most that is read of one picture file.
	maxPictureBytes = 64 << 20
	// maxPictures is the most picture files of one data set.
	maxPictures = 500_000
	// photoSide is the side of a real picture as it is kept, in pixels; photoCells is the grid of its oriented gradients.
	// On 600 photos of clothes, five nearest neighbors by these gradients classify half the pictures correctly, by pixels a
	// third; larger pictures don't help.
	photoSide  = 24
	photoCells = 6
	photoBytes = 3 * photoSide * photoSide
)

// pictureSet is a set of real pictures with classes.
type pictureSet struct {
	pix     []uint8 // pictures x photoBytes
	labels  []int32
	names   []string // where each picture came from
	classes []string
	notes   []string
}

func (l *pictureSet) picture(i int32) []uint8 {
	return l.pix[int(i)*photoBytes : (int(i)+1)*photoBytes]
}

// pictureFile is one file of a folder of classes.
type pictureFile struct {
	name  string // slash-separated, below the root
	label int32
}

// readFolders reads one folder of PNG, JPEG or PGM pictures per class. Links out of root aren't followed.
func readFolders(ctx context.Context, root string, n int, p problem.Progress) (*pictureSet, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of classes %q: %w", root, err)
	}
	defer dir.Close()
	return readFolderFS(ctx, dir.FS(), root, n, p)
}

func readFolderFS(ctx context.Context, fsys fs.FS, root string, n int, p problem.Progress) (*pictureSet, error) {
	set, files, err := findPictures(ctx, fsys, root)
	if err != nil {
		return nil, err
	}
	if len(set.classes) < 2 {
		return nil, fmt.Errorf("reading %q: %d folders with pictures; put the pictures of each class into a folder of its own, two classes or "+
			"more", root, len(set.classes))
	}
	pix := make([]uint8, len(files)*photoBytes)
	bad := make([]error, len(files))
	err = parallel.Batches(ctx, n, len(files), 8, p.Step("reading pictures"), func(_, from, to int) error {
		for i := from; i < to; i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			m, err := readPicture(ctx, fsys, files[i].name)
			if err != nil {
				bad[i] = err
				continue
			}
			raster.Shrink(m, photoSide, pix[i*photoBytes:(i+1)*photoBytes])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading pictures of %q: %w", root, err)
	}
	if err := set.keepReadable(ctx, root, files, pix, bad); err != nil {
		return nil, err
	}
	return set, nil
}

// findPictures lists the classes and their files, in the order of their names, and notes what it skips.
func findPictures(ctx context.Context, fsys fs.FS, root string) (*pictureSet, []pictureFile, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("listing %q: %w", root, err)
	}
	set := &pictureSet{}
	var files []pictureFile
	var strays []string
	for _, class := range entries {
		if !class.IsDir() {
			strays = append(strays, class.Name())
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		inside, err := fs.ReadDir(fsys, class.Name())
		if err != nil {
			return nil, nil, fmt.Errorf("listing %q: %w", path.Join(root, class.Name()), err)
		}
		found := 0
		for _, f := range inside {
			name := path.Join(class.Name(), f.Name())
			if !f.Type().IsRegular() || formatOf(name) == "" {
				strays = append(strays, name)
				continue
			}
			if len(files) == maxPictures {
				return nil, nil, fmt.Errorf("reading %q: more than %d pictures; choose a smaller set", root, maxPictures)
			}
			files = append(files, pictureFile{name, int32(len(set.classes))})
			found++
		}
		if found > 0 {
			set.classes = append(set.classes, read.Printable(class.Name()))
		}
	}
	if len(strays) > 0 {
		set.notes = append(set.notes, fmt.Sprintf("skipped %d that are no PNG, JPEG or PGM in a class's folder: %s", len(strays),
			read.FirstFew(strays)))
	}
	return set, files, nil
}

// formatOf returns the format that a file's name indicates, "" for one that isn't read.
func formatOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return "png"
	case ".jpg", ".jpeg":
		return "jpeg"
	case ".pgm":
		return "pgm"
	}
	return ""
}

// readPicture reads one picture of the format that its name indicates.
func readPicture(ctx context.Context, fsys fs.FS, name string) (image.Image, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPictureBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxPictureBytes {
		return nil, fmt.Errorf("more than %d MB", maxPictureBytes>>20)
	}
	return decodePicture(ctx, data, formatOf(name))
}

// contextReader is a reader that ends with its context, so that decoding a large picture does too.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (u contextReader) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b[:min(len(b), 1<<16)])
}

// formatByContent returns the format of a picture by its first bytes, "something else" for one that isn't read.
func formatByContent(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(data, []byte("P5")), bytes.HasPrefix(data, []byte("P2")):
		return "pgm"
	}
	return "something else"
}

// decodePicture decodes a picture of the format that its name indicates, after checking the size in its header.
func decodePicture(ctx context.Context, data []byte, format string) (image.Image, error) {
	if found := formatByContent(data); found != format {
		return nil, fmt.Errorf("named as %s, but holds %s", format, found)
	}
	in := func() io.Reader { return contextReader{ctx, bytes.NewReader(data)} }
	configure, decode := png.DecodeConfig, png.Decode
	switch format {
	case "pgm":
		return decodePGM(in())
	case "jpeg":
		configure, decode = jpeg.DecodeConfig, jpeg.Decode
	}
	config, err := configure(in())
	if err != nil {
		return nil, read.UnexpectedEOF(err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return nil, tooLarge(config.Width, config.Height)
	}
	m, err := decode(in())
	if err != nil {
		return nil, read.UnexpectedEOF(err)
	}
	return m, nil
}

// maxBad is how many unreadable pictures are skipped; a fifth of the set is too many as well.
const maxBad = 100

// keepReadable takes the pictures that could be read, or fails where too many couldn't.
func (l *pictureSet) keepReadable(ctx context.Context, root string, files []pictureFile, pix []uint8, bad []error) error {
	var lost []string
	for i, f := range files {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if bad[i] != nil {
			lost = append(lost, fmt.Sprintf("%s (%v)", f.name, bad[i]))
			continue
		}
		copy(pix[len(l.labels)*photoBytes:], pix[i*photoBytes:(i+1)*photoBytes])
		l.labels = append(l.labels, f.label)
		l.names = append(l.names, f.name)
	}
	l.pix = pix[:len(l.labels)*photoBytes]
	if len(lost) > maxBad || 5*len(lost) > len(files) {
		return fmt.Errorf("reading %q: %d of %d pictures can't be read: %s; repair or remove them", root, len(lost), len(files),
			read.FirstFew(lost))
	}
	if len(lost) > 0 {
		l.notes = append(l.notes, fmt.Sprintf("skipped %d of %d pictures that can't be read: %s", len(lost), len(files), read.FirstFew(lost)))
	}
	return nil
}

// Folders reads the folder of classes at the Spec's path and makes the problem.
func Folders(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	if s.Path == "" {
		return nil, errors.New("reading folders of pictures: no path; give --data folders:PATH")
	}
	set, err := readFolders(ctx, s.Path, parallel.Workers(0), p)
	if err != nil {
		return nil, err
	}
	return set.problem(s)
}
