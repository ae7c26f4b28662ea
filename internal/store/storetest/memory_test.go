package storetest

import "testing"

func TestMemoryKeepsTheContractOfAStore(t *testing.T) {
	Contract(t, func(*testing.T) Store { return &Memory{} })
}
