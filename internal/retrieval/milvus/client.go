//go:build milvus

package milvus

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/commonpb"
	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

// Present says whether this program can speak to Milvus.
func Present() bool { return true }

// Client is a connection to a Milvus and what was made over it. It is safe for concurrent use.
type Client struct {
	o       Options
	conn    *grpc.ClientConn
	stub    milvuspb.MilvusServiceClient
	version string
	who     string // what the server called this connection

	mu       sync.Mutex
	made     map[string]bool // collections that exist or may exist on the server
	dropping sync.WaitGroup  // drops that nobody waits for yet
}

// leaving is how long a drop may take that happens after the work, canceled or not.
const leaving = 10 * time.Second

// Dial connects to the server, and drops there what runs of long ago left behind.
func Dial(ctx context.Context, o Options) (*Client, error) { return dial(ctx, o) }

func dial(ctx context.Context, o Options, extra ...grpc.DialOption) (*Client, error) {
	c := &Client{o: o.withDefaults(), made: map[string]bool{}}
	secure, err := c.credentials()
	if err != nil {
		return nil, fmt.Errorf("connecting to Milvus at %s: %w", c.o.Address, err)
	}
	c.conn, err = grpc.NewClient("dns:///"+c.o.Address, append([]grpc.DialOption{
		grpc.WithTransportCredentials(secure),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64 << 20)),
		grpc.WithChainUnaryInterceptor(c.sign),
	}, extra...)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to Milvus at %s: %w", c.o.Address, err)
	}
	c.stub = milvuspb.NewMilvusServiceClient(c.conn)
	if err := c.greet(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("connecting to Milvus: %w; start one (%s) or name another", err, Server), c.conn.Close())
	}
	c.sweep(ctx)
	return c, nil
}

func (c *Client) credentials() (credentials.TransportCredentials, error) {
	if !c.o.TLS {
		return insecure.NewCredentials(), nil
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.o.CA != "" {
		pem, err := os.ReadFile(c.o.CA)
		if err != nil {
			return nil, fmt.Errorf("reading the certificates to trust: %w", err)
		}
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", c.o.CA)
		}
	}
	return credentials.NewTLS(trust), nil
}

// sign adds who is asking to a call.
func (c *Client) sign(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	var pairs []string
	if c.o.Token != "" {
		pairs = append(pairs, "authorization", base64.StdEncoding.EncodeToString([]byte(c.o.Token)))
	}
	if c.o.Database != "" {
		pairs = append(pairs, "dbname", c.o.Database)
	}
	if c.who != "" {
		pairs = append(pairs, "identifier", c.who)
	}
	return call(metadata.AppendToOutgoingContext(ctx, pairs...), method, req, reply, conn, opts...)
}

// greet says hello and asks what the server is.
func (c *Client) greet(ctx context.Context) error {
	// Not asked twice: where nothing listens, one wants to know at once.
	hello, err := tell(ctx, c, "greeting it", c.o.Timeout, c.stub.Connect, &milvuspb.ConnectRequest{
		ClientInfo: &commonpb.ClientInfo{SdkType: "dryrun", LocalTime: time.Now().UTC().Format(time.RFC3339)},
	})
	if err != nil {
		return err
	}
	if hello.GetIdentifier() != 0 {
		c.who = strconv.FormatInt(hello.GetIdentifier(), 10)
	}
	v, err := ask(ctx, c, "asking its version", c.o.Timeout, c.stub.GetVersion, &milvuspb.GetVersionRequest{})
	c.version = v.GetVersion()
	return err
}

// Version is what the server calls itself.
func (c *Client) Version() string { return c.version }

// sweep drops what runs of long ago left. It is a courtesy: nothing fails with it.
func (c *Client) sweep(ctx context.Context) {
	all, err := ask(ctx, c, "listing collections", c.o.Timeout, c.stub.ShowCollections,
		&milvuspb.ShowCollectionsRequest{DbName: c.o.Database})
	if err != nil {
		return
	}
	for _, name := range left(all.GetCollectionNames(), time.Now()) {
		_ = c.drop(ctx, name)
	}
}

// newName returns a name for a collection and notes that it may exist from now on.
func (c *Client) newName() string {
	var random [randomBytes]byte
	_, _ = rand.Read(random[:]) // never fails
	name := nameOf(time.Now(), random)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[name] = true
	return name
}

// drop drops a collection; one that isn't there is as good as dropped.
func (c *Client) drop(ctx context.Context, name string) error {
	_, err := ask(ctx, c, "dropping collection "+name, c.o.Timeout, c.stub.DropCollection,
		&milvuspb.DropCollectionRequest{DbName: c.o.Database, CollectionName: name})
	var no *refusal
	if missing := errors.As(err, &no) && no.code == noCollection; err != nil && !missing {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.made, name)
	return nil
}

// dropLater drops a collection beside whatever comes next; Close waits for it, and tries again where it fails.
func (c *Client) dropLater(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	c.dropping.Go(func() {
		defer cancel()
		_ = c.drop(ctx, name)
	})
}

// Close drops all collections that were made over this connection and not dropped, and closes it. The error names those
// that stay behind because the server is gone.
func (c *Client) Close() error {
	c.dropping.Wait()
	c.conn.ResetConnectBackoff() // it may be back
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	c.mu.Lock()
	var names []string
	for name := range c.made {
		names = append(names, name)
	}
	c.mu.Unlock()
	slices.Sort(names)
	var stay []string
	var why error
	for _, name := range names {
		if err := c.drop(ctx, name); err != nil {
			stay, why = append(stay, name), err
		}
	}
	err := c.conn.Close()
	if len(stay) > 0 {
		err = fmt.Errorf("leaving Milvus at %s: collections stay behind: %s; a run after %s drops them: %w", c.o.Address,
			strings.Join(stay, ", "), leftFor, why)
	}
	return err
}
