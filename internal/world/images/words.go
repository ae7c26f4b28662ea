package images

import (
	"math/rand/v2"

	"dryrun/internal/world/raster"
)

// families are the color families: six hues, gray and black.
const families = 8

// maxClasses is how many classes the images world can draw: every body with every part, with a window or without.
const maxClasses = 2 * int(raster.Bodies) * int(raster.Parts)

// shapeOf is the outline of a class. Neighboring classes differ in the body; the parts repeat with another
// period, so that the first forty classes use every body four times, each time with a different part.
func shapeOf(class int) raster.Object {
	bodies, parts := int(raster.Bodies), int(raster.Parts)
	body := class % bodies
	part := (class/bodies + 3*body) % parts
	return raster.Object{Body: raster.Body(body), Part: raster.Part(part), Window: class >= bodies*parts}
}

// className is the noun of a class.
func className(class int) string {
	o := shapeOf(class)
	noun := nouns()[o.Body][o.Part]
	if o.Window {
		return noun + " with a badge"
	}
	return noun
}

// nouns names each outline by the product it looks most like.
func nouns() [raster.Bodies][raster.Parts]string {
	return [raster.Bodies][raster.Parts]string{
		raster.Trapezoid: {"planter", "handbag", "milk jug", "stool", "table lamp", "hand bell", "laundry basket", "satchel"},
		raster.Box:       {"cushion", "briefcase", "toaster", "coffee table", "monitor", "radio", "storage box", "messenger bag"},
		raster.Tall:      {"vase", "lantern", "mug", "speaker", "floor lamp", "bottle", "thermos", "golf bag"},
		raster.Disc:      {"plate", "kitchen timer", "frying pan", "alarm clock", "globe", "ornament", "casserole", "wristwatch"},
		raster.Cone:      {"paper hat", "lampshade", "funnel", "tepee", "toy tree", "bicycle bell", "rain cape", "wrap skirt"},
		raster.Dome:      {"bowl cover", "cake cover", "saucepan", "ottoman", "mushroom lamp", "teapot", "tureen", "cycle helmet"},
		raster.Boot:      {"rain boot", "ankle boot", "watering can", "roller skate", "wedge heel", "slipper", "snow boot", "sandal"},
		raster.Hourglass: {"candle holder", "hourglass", "pitcher", "bar stool", "goblet", "pepper mill", "trophy", "corset"},
		raster.Tee:       {"t-shirt", "hoodie", "apron", "romper", "dress form", "rain jacket", "sweatshirt", "sports bib"},
		raster.Ring:      {"hoop", "key ring", "magnifying glass", "mirror stand", "vanity mirror", "pendant", "wreath", "belt"},
	}
}

func familyName(family int) string {
	return [families]string{"red", "orange", "yellow-green", "green", "blue", "purple", "gray", "black"}[family]
}

func patternName(p raster.Pattern) string {
	return [raster.Patterns]string{"plain", "striped", "dotted", "checked"}[p]
}

// familyHue is the hue of a colored family, in turns.
func familyHue(family int) float32 {
	return [6]float32{0.0, 0.09, 0.2, 0.38, 0.6, 0.79}[family]
}

// paints draws a product's main and accent colors within its family. The accent differs in light, and in hue for one
// product in two.
func paints(family int, rng *rand.Rand) (main, accent raster.RGB) {
	hue := rng.Float32()
	value := 0.55 + 0.4*rng.Float32()
	saturation := 0.06 * rng.Float32()
	switch {
	case family < 6:
		hue = familyHue(family) + 0.045*(2*hue-1)
		saturation = 0.55 + 0.4*rng.Float32()
	case family == 6:
		value = 0.4 + 0.25*rng.Float32()
	default:
		value = 0.05 + 0.15*rng.Float32()
	}
	main = raster.FromHSV(hue, saturation, value)
	accentHue, accentSaturation := hue, 0.15+0.2*rng.Float32()
	if rng.IntN(2) == 0 {
		accentHue, accentSaturation = hue+0.25+0.5*rng.Float32(), 0.5+0.4*rng.Float32()
	}
	accentValue := 0.2 + 0.15*rng.Float32()
	if value < 0.65 {
		accentValue += 0.6
	}
	return main, raster.FromHSV(accentHue, accentSaturation, accentValue)
}
