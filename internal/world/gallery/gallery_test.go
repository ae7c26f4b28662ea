package gallery

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
	"dryrun/internal/world/worldtest"
)

// painted is a small picture, another for every n.
func painted(n int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 12, 16))
	for i := range m.Pix {
		m.Pix[i] = uint8(sim.Mix(uint64(n*1000 + i/4)))
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// twoClasses is a folder of twelve cats and twelve dogs.
func twoClasses(t testing.TB) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range 12 {
		fsys[fmt.Sprintf("cat/%02d.png", i)] = &fstest.MapFile{Data: asPNG(t, painted(i))}
		fsys[fmt.Sprintf("dog/%02d.jpg", i)] = &fstest.MapFile{Data: asJPEG(t, painted(100+i))}
	}
	return fsys
}

func TestFoldersReadPicturesAndNameWhatTheyPassOver(t *testing.T) {
	fsys := twoClasses(t)
	fsys["LICENSE.txt"] = &fstest.MapFile{Data: []byte("x")}
	fsys["dog/notes\x1b[2J.md"] = &fstest.MapFile{Data: []byte("x")}
	fsys["empty/none.txt"] = &fstest.MapFile{Data: []byte("x")}
	fsys["cat/99.png"] = &fstest.MapFile{Data: asJPEG(t, painted(3))}
	fsys["dog/98.jpg"] = &fstest.MapFile{Data: asJPEG(t, painted(3))[:200]}
	set, err := readFolderFS(t.Context(), fsys, "pets", 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.classes, []string{"cat", "dog"}) || len(set.labels) != 24 {
		t.Fatalf("classes %q, %d pictures: expected cat and dog with 24", set.classes, len(set.labels))
	}
	notes := strings.Join(set.notes, "\n")
	for _, want := range []string{
		"LICENSE.txt", "notes?[2J.md", "empty/none.txt", "cat/99.png (named as png, but holds jpeg)",
		"dog/98.jpg", "2 of 26",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes don't mention %q:\n%s", want, notes)
		}
	}
}

func TestFoldersRefuse(t *testing.T) {
	many := twoClasses(t)
	for i := range 7 {
		many[fmt.Sprintf("dog/broken%d.png", i)] = &fstest.MapFile{Data: []byte("\x89PNG\r\n\x1a\n...")}
	}
	for name, c := range map[string]struct {
		fsys fstest.MapFS
		says string
	}{
		"one class":           {fstest.MapFS{"cat/1.png": {Data: asPNG(t, painted(1))}}, "two classes or more"},
		"too many unreadable": {many, "7 of 31 pictures can't be read"},
	} {
		if _, err := readFolderFS(t.Context(), c.fsys, "pets", 1, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, expected one that says %q", name, err, c.says)
		}
	}
	if _, err := Folders(t.Context(), problem.Spec{
		Kind: "images", Format: "folders",
		Path: filepath.Join(t.TempDir(), "no"),
	}, nil); err == nil {
		t.Error("a folder that isn't there was read")
	}
}

func TestAHugePictureIsRefusedByItsHeader(t *testing.T) {
	data := asPNG(t, painted(1))
	binary.BigEndian.PutUint32(data[16:], 60_000) // width and height in IHDR
	binary.BigEndian.PutUint32(data[20:], 60_000)
	// The checksum is wrong now; a decoder that looks at it first refuses as well, so write the right one.
	binary.BigEndian.PutUint32(data[29:], crcOf(data[12:29]))
	if _, err := decodePicture(t.Context(), data, "png"); err == nil || !strings.Contains(err.Error(), "60000 x 60000") {
		t.Errorf("error %v, expected one that names the size", err)
	}
	if _, err := decodePicture(t.Context(), []byte("P5 60000 60000 255\n"), "pgm"); err == nil ||
		!strings.Contains(err.Error(), "60000 x 60000") {
		t.Errorf("error %v, expected one that names the size", err)
	}
}

func crcOf(b []byte) uint32 {
	crc := ^uint32(0)
	for _, v := range b {
		crc ^= uint32(v)
		for range 8 {
			crc = crc>>1 ^ 0xedb88320&-(crc&1)
		}
	}
	return ^crc
}

func TestPGMReadsBothForms(t *testing.T) {
	for name, data := range map[string]string{
		"binary":              "P5\n# a comment\n2 2\n255\n\x00\x80\xff\x01",
		"text":                "P2 2 2 # wide and high\n255\n0 128 255\n1",
		"binary, white 4":     "P5 2 2 4 \x00\x02\x04\x00",
		"binary, sixteen bit": "P5 2 2 65535\n\x00\x00\x80\x80\xff\xff\x01\x01",
	} {
		m, err := decodePGM(strings.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := m.(*image.Gray).Pix
		for k, want := range []uint8{0, 128, 255, 1} {
			if d := int(got[k]) - int(want); d > 1 || d < -1 {
				t.Errorf("%s: pixels %v, expected 0 128 255 1", name, got)
				break
			}
		}
	}
	for name, data := range map[string]string{
		"cut short": "P5 2 2 255\n\x00", "no size": "P5 x", "zero wide": "P5 0 2 255\n", "color": "P6 1 1 255\n...", "beyond white": "P2 1 1 " +
			"10 11",
	} {
		if _, err := decodePGM(strings.NewReader(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// idxPair makes files of n pictures of 4 x 4.
func idxPair(n int) (pictures, labels []byte) {
	for _, v := range []uint32{idxPictures, uint32(n), 4, 4} {
		pictures = binary.BigEndian.AppendUint32(pictures, v)
	}
	for _, v := range []uint32{idxLabels, uint32(n)} {
		labels = binary.BigEndian.AppendUint32(labels, v)
	}
	for i := range n {
		for k := range 16 {
			pictures = append(pictures, uint8(i*16+k))
		}
		labels = append(labels, uint8(i%3))
	}
	return pictures, labels
}

func zipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestIDXReadsPlainAndGzipPairs(t *testing.T) {
	pictures, labels := idxPair(30)
	fsys := fstest.MapFS{
		"t10k-images-idx3-ubyte.gz": {Data: zipped(t, pictures)}, "t10k-labels-idx1-ubyte": {Data: labels},
		"train-images-idx3-ubyte": {Data: pictures}, "train-labels-idx1-ubyte": {Data: labels}, "LICENSE": {},
	}
	set, err := readIDXFS(t.Context(), fsys, "digits", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.labels) != 60 || len(set.classes) != 3 || set.labels[31] != 1 {
		t.Errorf("%d pictures of classes %v, expected 60 of three", len(set.labels), set.classes)
	}
	one, err := readIDXFS(t.Context(), fsys, "digits", "train-images-idx3-ubyte", nil)
	if err != nil || len(one.labels) != 30 {
		t.Errorf("one file: %v, expected its 30 pictures", err)
	}
}

func TestIDXHeadersThatLieAreNamed(t *testing.T) {
	lie := func(at int, v uint32) func(p, l []byte) ([]byte, []byte) {
		return func(p, l []byte) ([]byte, []byte) { binary.BigEndian.PutUint32(p[at:], v); return p, l }
	}
	for says, change := range map[string]func(p, l []byte) ([]byte, []byte){
		"images-idx3-ubyte at offset 0: magic number of pictures is 2052, expected 2051": lie(0, 2052),
		"labels-idx1-ubyte at offset 4: number of labels is 30, expected 500000":         lie(4, 500_000),
		"images-idx3-ubyte at offset 4: number of pictures is 4294967295, expected 1 to": lie(4, 1<<32-1),
		"images-idx3-ubyte at offset 8: number of rows is 100000, expected 1 to":         lie(8, 100_000),
		"images-idx3-ubyte at offset 256: expected 20 bytes of picture 13 of 30, got": func(p, l []byte) ([]byte, []byte) {
			binary.BigEndian.PutUint32(p[8:], 5)
			return p[:260], l
		},
		"images-idx3-ubyte at offset 496: expected the end of the file: the header counts": func(p, l []byte) ([]byte, []byte) {
			return append(p, 0), l
		},
		"labels-idx1-ubyte at offset 28: expected 1 bytes of label 21 of 30, got 0": func(p, l []byte) ([]byte, []byte) {
			return p, l[:28]
		},
	} {
		pictures, labels := change(idxPair(30))
		_, err := readIDXFS(t.Context(), fstest.MapFS{"images-idx3-ubyte": {Data: pictures}, "labels-idx1-ubyte": {Data: labels}}, "digits",
			"", nil)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v\nexpected one that says %q", err, says)
		}
	}
	pictures, _ := idxPair(3)
	_, err := readIDXFS(t.Context(), fstest.MapFS{"pixels": {Data: pictures}}, "digits", "pixels", nil)
	if err == nil || !strings.Contains(err.Error(), `"digits/pixels": not named as`) {
		t.Errorf("a file of another name: %v", err)
	}
	if _, err := readIDXFS(t.Context(), fstest.MapFS{"images-idx3-ubyte": {Data: pictures}}, "digits", "", nil); err == nil ||
		!strings.Contains(err.Error(), "labels-idx1-ubyte") {
		t.Errorf("error %v, expected one that names the missing labels", err)
	}
}

func petsProblem(t testing.TB, s problem.Spec) *problem.Problem {
	t.Helper()
	set, err := readFolderFS(t.Context(), twoClasses(t), "pets", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := set.problem(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Files lie class by class; an encoder learns from the first part of the past, and a ranker from the rest.
func TestThePastOfRealPicturesIsInNoOrderOfClasses(t *testing.T) {
	p := petsProblem(t, problem.Spec{Kind: "images", Queries: 100, Seed: 1})
	changes := 0
	for i := 1; i < len(p.TrainLabels); i++ {
		if p.TrainLabels[i] != p.TrainLabels[i-1] {
			changes++
		}
	}
	if changes < 4 {
		t.Errorf("the class changes %d times in %d requests: %v", changes, len(p.Train), p.TrainLabels)
	}
	for i := range p.Train {
		if p.Labels[p.Train[i].Filter.Except[0]] != p.TrainLabels[i] {
			t.Fatalf("past request %d has another label than its picture", i)
		}
	}
}

func TestRealPicturesMakeAProblemWithoutTheirOwnAnswers(t *testing.T) {
	s := problem.Spec{Kind: "images", Queries: 100, Seed: 1}
	p := petsProblem(t, s)
	if p.Items != 20 || len(p.Test) != 4 || len(p.Train) != 20 {
		t.Fatalf("%d items, %d judged, %d past: expected 20, 4, 20 of 24 pictures", p.Items, len(p.Test), len(p.Train))
	}
	for _, qs := range [][]problem.Query{p.Train, p.Test} {
		for i := range qs {
			q := &qs[i]
			positives := map[int32]uint8{}
			for _, g := range p.Truth.Positives(q) {
				positives[g.Item] = g.Grade
			}
			for item := range int32(p.Items) {
				if p.Truth.Grade(q, item) != positives[item] {
					t.Fatalf("Grade and Positives disagree on request %d, item %d", i, item)
				}
			}
			if q.From != problem.Test && (len(q.Filter.Except) != 1 || positives[q.Filter.Except[0]] != 0) {
				t.Fatalf("past request %d may be answered with itself: seen %v", i, q.Filter.Except)
			}
		}
	}
	for _, metric := range []string{"ctr", "retention_lift"} {
		if p.Missing[metric] == "" {
			t.Errorf("%s isn't among what is missing", metric)
		}
	}
	s.Items = 10
	if fewer := petsProblem(t, s); fewer.Items != 10 || len(fewer.Test) != 4 {
		t.Errorf("%d items, %d judged with at most 10 items asked for", fewer.Items, len(fewer.Test))
	}
}

func TestDriftOfRealPicturesDarkensTheJudgedOnesAlone(t *testing.T) {
	p := petsProblem(t, problem.Spec{Kind: "images", Queries: 100, Seed: 1})
	moved := worldtest.Drifted(t, p, 1)
	a, b := make([]float32, p.Inputs.Width()), make([]float32, p.Inputs.Width())
	sum := func(v []float32) (s float32) {
		for _, x := range v[:photoBytes] {
			s += x
		}
		return s
	}
	p.Inputs.Request(&p.Test[0], a)
	moved.Inputs.Request(&moved.Test[0], b)
	if sum(b) > 0.7*sum(a) {
		t.Errorf("light %v before, %v after: expected a clear fall", sum(a), sum(b))
	}
	p.Inputs.Request(&p.Train[0], a)
	moved.Inputs.Request(&moved.Train[0], b)
	if !slices.Equal(a, b) {
		t.Error("drift changed a past request")
	}
}

func TestFeaturesOfRealPicturesSeeTheSamePicture(t *testing.T) {
	p := petsProblem(t, problem.Spec{Kind: "images", Queries: 100, Seed: 1})
	f := worldtest.Bind(t, p, nil)
	row := make([]float32, len(f.Columns()))
	q := &p.Train[4]
	f.Fill(q, problem.Candidate{Item: q.Filter.Except[0]}, row)
	if row[2] < 0.999 || row[4] != 0 {
		t.Errorf("a picture beside itself: edge_cosine %v, brightness_apart %v, expected 1 and 0", row[2], row[4])
	}
	if n := testing.AllocsPerRun(50, func() { f.Fill(q, problem.Candidate{Item: 1}, row) }); n > 0 {
		t.Errorf("Fill allocates %v times", n)
	}
}

func TestShrinkKeepsProportionsAndPads(t *testing.T) {
	m := image.NewRGBA(image.Rect(5, 5, 105, 55)) // twice as wide as high, off the origin
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := 5; y < 55; y++ {
		for x := 5; x < 55; x++ {
			m.Set(x, y, color.RGBA{255, 0, 0, 255})
		}
	}
	pix := make([]uint8, photoBytes)
	raster.Shrink(m, photoSide, pix)
	at := func(x, y int) [3]uint8 { return [3]uint8(pix[3*(y*photoSide+x):]) }
	if got := at(3, 12); got != [3]uint8{255, 0, 0} {
		t.Errorf("left half %v, expected red", got)
	}
	if got := at(20, 12); got != [3]uint8{255, 255, 255} {
		t.Errorf("right half %v, expected white", got)
	}
	if pad := at(12, 1); pad[0] != 255 || pad[1] < 100 || pad[1] > 155 {
		t.Errorf("padding %v, expected the mean of the rim: red and white", pad)
	}
}

func TestAProblemOfPicturesStopsWithItsContext(t *testing.T) {
	p := petsProblem(t, problem.Spec{Kind: "images", Queries: 100, Seed: 1})
	worldtest.StopsWithContext(t, "the drift of pictures", func(ctx context.Context) (*problem.Problem, error) { return p.Drift.At(ctx, 1) })
	worldtest.StopsWithContext(t, "the features of pictures", func(ctx context.Context) (problem.Features, error) {
		return p.Pairs.Bind(ctx, nil)
	})
}
