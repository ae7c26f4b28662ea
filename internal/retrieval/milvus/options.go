//go:build milvus

package milvus

import (
	"cmp"
	"time"
)

func (o Options) withDefaults() Options {
	o.Address = cmp.Or(o.Address, "localhost:"+Port)
	o.Shards = cmp.Or(o.Shards, 1)
	o.Partitions = cmp.Or(o.Partitions, 1)
	o.Replicas = cmp.Or(o.Replicas, 1)
	o.Index = cmp.Or(o.Index, Indexes()[0])
	o.Consistency = cmp.Or(o.Consistency, Consistencies()[0])
	o.Timeout = cmp.Or(o.Timeout, 5*time.Second)
	return o
}
