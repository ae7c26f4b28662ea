// Package structure holds no product code. Its tests read the import graph and the source files of the module, and fail
// with the edge, file or type that breaks the rules in layers_test.go and sizes_test.go.
package structure
