// Package milvus is stage one by Milvus (Wang et al. 2021), the vector database that the field goes to when a corpus
// outgrows one machine: vectors go to a server, which shards, indexes, replicates and searches them, and an index comes
// out that asks it. What it makes there it drops. It speaks Milvus's own gRPC protocol, in programs built with -tags
// milvus; in all others Dial says what is lacking. It is never needed.
package milvus

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dryrun/internal/retrieval"
)

// What a build without Milvus needs, and how to have a server at hand.
const (
	Rebuild = "go build -tags milvus ./cmd/dryrun"
	Server  = "pip install milvus-lite, then milvus-lite server --data-dir DIR"
)

// Index is a collection on a server; Close drops it there.
type Index interface {
	retrieval.Index
	io.Closer
}

// Options say where Milvus is and what to ask of it; zeros mean the defaults.
type Options struct {
	Address  string // host:port (localhost:19530)
	TLS      bool
	CA       string // file with the certificates to trust (the system's)
	Token    string // user:password, or a key of a hosted Milvus
	Database string // (Milvus's default)

	Shards     int    // channels that inserts are spread over (1)
	Partitions int    // parts that the items are laid into, all searched (1)
	Replicas   int    // copies in memory that share the searches (1)
	Index      string // one of Indexes (AUTOINDEX)

	Consistency string        // one of Consistencies: how much of what was written a search must see (strong)
	Timeout     time.Duration // of one search, and of any other question (5 s)
}

// Indexes are the index types that Options.Index takes.
func Indexes() []string { return []string{"AUTOINDEX", "HNSW", "IVF_FLAT", "FLAT"} }

// Consistencies are the levels that Options.Consistency takes, the strongest first.
func Consistencies() []string { return []string{"strong", "bounded", "session", "eventually"} }

// Port is where a Milvus listens unless configured otherwise.
const Port = "19530"

// Bounds that Milvus itself keeps (its shards and partitions by default), and one of ours for replicas.
const (
	maxShards     = 16
	maxPartitions = 1024
	maxReplicas   = 64
)

// Parse reads where Milvus is and what to ask of it from one line: http://HOST:PORT, or https:// for TLS, the database
// after a slash, the rest after a question mark (shards, partitions, replicas, index, consistency, timeout, ca). HOST:PORT
// alone means http. The token is a parameter of its own, because a line is shown where a secret must not be.
func Parse(line, token string) (Options, error) {
	o := Options{Token: token}
	bad := func(format string, args ...any) (Options, error) {
		return Options{}, fmt.Errorf("reading Milvus's address: "+format, args...)
	}
	if line == "" {
		return o, nil
	}
	if !strings.Contains(line, "://") {
		line = "http://" + line
	}
	u, err := url.Parse(line)
	if err != nil {
		return bad("it isn't of the form http://HOST:PORT?shards=2") // url's error repeats the line, secrets included
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("it begins with %s: choose http, or https for TLS", u.Scheme)
	case u.User != nil:
		return bad("it holds a name and password: give them as the token, user:password, instead")
	case u.Hostname() == "":
		return bad("it names no host: write http://HOST:PORT")
	}
	o.TLS = u.Scheme == "https"
	o.Address = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), Port))
	o.Database = strings.Trim(u.Path, "/")
	if err := o.parameters(u.RawQuery); err != nil {
		return bad("%w", err)
	}
	if token != "" && !o.TLS && !loopback(u.Hostname()) {
		return bad("the token would go to %s in the clear: use https", u.Hostname())
	}
	return o, nil
}

// parameters reads what follows the question mark.
func (o *Options) parameters(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("what follows the question mark isn't of the form name=value&name=value")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := o.parameter(name, values.Get(name)); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) parameter(name, value string) error {
	count := func(into *int, most int) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > most {
			return fmt.Errorf("%s=%s: choose 1 to %d", name, value, most)
		}
		*into = n
		return nil
	}
	word := func(into *string, words []string) error {
		i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, value) })
		if i < 0 {
			return fmt.Errorf("%s=%s: choose %s", name, value, strings.Join(words, ", "))
		}
		*into = words[i]
		return nil
	}
	switch name {
	case "shards":
		return count(&o.Shards, maxShards)
	case "partitions":
		return count(&o.Partitions, maxPartitions)
	case "replicas":
		return count(&o.Replicas, maxReplicas)
	case "index":
		return word(&o.Index, Indexes())
	case "consistency":
		return word(&o.Consistency, Consistencies())
	case "timeout":
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("timeout=%s: write a length of time such as 2s", value)
		}
		o.Timeout = d
	case "ca":
		if !o.TLS {
			return fmt.Errorf("ca=%s is for TLS: use https", value)
		}
		o.CA = value
	default:
		return fmt.Errorf("%s is unknown: choose shards, partitions, replicas, index, consistency, timeout or ca", name)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// made is what every collection's name begins with; the time and a random number follow.
const made = "dryrun_tmp_"

// leftFor is how old a collection must be to have been left by a run that was killed.
const leftFor = 24 * time.Hour

// left picks the collections that a run of long ago made and nobody dropped.
func left(names []string, now time.Time) []string {
	var out []string
	for _, name := range names {
		rest, ours := strings.CutPrefix(name, made)
		at, random, parts := strings.Cut(rest, "_")
		seconds, err := strconv.ParseInt(at, 36, 64)
		if ours && parts && err == nil && len(random) == 2*randomBytes && now.Sub(time.Unix(seconds, 0)) > leftFor {
			out = append(out, name)
		}
	}
	return out
}

const randomBytes = 8

func nameOf(now time.Time, random [randomBytes]byte) string {
	return fmt.Sprintf("%s%s_%x", made, strconv.FormatInt(now.Unix(), 36), random)
}
