package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIDsAreUpToDate(t *testing.T) {
	want, err := source()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../ids.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate ./jit/bytecode (-want +got):\n%s", diff)
	}
}
