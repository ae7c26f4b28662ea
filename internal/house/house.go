// Package house holds no code of the product: its test reads the import graph and fails with the edge that breaks the rules
// of the house, which are the tables in floors_test.go.
package house
