// Package tests_go has the tests of the compiler as a whole, and of what Go and
// C have to agree on.
package tests_go
