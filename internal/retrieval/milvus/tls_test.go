//go:build milvus

package milvus

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

func TestTokenDatabaseAndNameGoWithEveryCallOverTLS(t *testing.T) {
	certificate, file := selfSigned(t)
	w := &willing{own: map[string]answerer{"Connect": says(&milvuspb.ConnectResponse{Identifier: 42})}}
	address := serve(t, w.answer, grpc.Creds(credentials.NewServerTLSFromCert(&certificate)))
	o := Options{Address: address, TLS: true, CA: file, Token: "root:Milvus", Database: "shop", Timeout: time.Second}
	client := connect(t, o)
	for name, want := range map[string]string{"authorization": "cm9vdDpNaWx2dXM=", "dbname": "shop", "identifier": "42"} {
		if got := w.said.Get(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Options){
		"a certificate that nobody vouches for": func(o *Options) { o.CA = "" },
		"no TLS on our side":                    func(o *Options) { o.TLS = false },
		"no such file":                          func(o *Options) { o.CA = filepath.Join(t.TempDir(), "none.pem") },
		"no certificate in the file":            func(o *Options) { o.CA = "milvus.go" },
	} {
		bad := o
		change(&bad)
		if c, err := Dial(context.Background(), bad); err == nil {
			t.Errorf("%s: connected", name)
			_ = c.Close()
		} else if strings.Contains(err.Error(), o.Token) {
			t.Errorf("%s: %q shows the token", name, err)
		}
	}
}

// selfSigned is a certificate of this machine, with the file that vouches for it.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
