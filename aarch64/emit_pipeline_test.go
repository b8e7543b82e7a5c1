package aarch64_test

import (
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Objects of the test snapshot.
const (
	testCode     = snapshot.NumWellKnown + 1 // the code that is compiled
	testFunction = snapshot.NumWellKnown + 2 // a Python function
	testNative   = snapshot.NumWellKnown + 3 // a built-in function
	testMethod   = snapshot.NumWellKnown + 4 // a method descriptor
	testList     = snapshot.NumWellKnown + 5 // some mortal object
	testNames    = snapshot.NumWellKnown + 6 // a tuple of one name
	testClass    = snapshot.NumWellKnown + 7 // a class
)

// testSnapshot has the layout of the interpreter, and a code object with the
// given number of parameters.
func testSnapshot(args int) *snapshot.Snapshot {
	ref := snapshot.Reference()
	s := &snapshot.Snapshot{Layout: ref.Layout, Objects: append([]snapshot.Object(nil), ref.Objects...), Root: testCode}
	s.Objects = append(s.Objects[:testCode],
		snapshot.Object{Kind: snapshot.KindCode, Type: snapshot.TypeCode, Name: "test:f", Code: &snapshot.Code{
			ArgCount: args, NLocalsPlus: args + 2, NLocals: args + 2, StackSize: 6, FrameSize: args + 2 + 6 + 10,
			Flags: snapshot.CodeOptimized | snapshot.CodeNewLocals, Bytecode: []byte{byte(bytecode.OpResume), 0},
		}},
		snapshot.Object{Kind: snapshot.KindFunction, Type: snapshot.TypeFunction, Name: "test:g", Function: &snapshot.Function{Code: testCode}},
		snapshot.Object{Kind: snapshot.KindBuiltin, Type: snapshot.TypeBuiltin, Name: "test.native", Native: &snapshot.Native{}},
		snapshot.Object{Kind: snapshot.KindMethodDescr, Type: snapshot.TypeMethodDescr, Name: "test.method", Native: &snapshot.Native{}},
		snapshot.Object{Kind: snapshot.KindList, Type: snapshot.TypeList},
		snapshot.Object{Kind: snapshot.KindTuple, Type: snapshot.TypeTuple, Refs: []snapshot.ID{snapshot.EmptyStr}},
		snapshot.Object{Kind: snapshot.KindType, Type: snapshot.TypeType, Name: "test:C", Class: &snapshot.Class{}},
	)
	return s
}

// compiled is what the back end made of a function.
type compiled struct {
	lir, alloc, asm string
	obj             *object.Object
}

// compileHIR runs the back end over a text form.
func compileHIR(t testing.TB, text string, args int, cfg regalloc.Config) compiled {
	t.Helper()
	f, err := hir.Parse(text, testSnapshot(args))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return compileFunc(t, f, cfg)
}

func compileFunc(t testing.TB, f *hir.Func, cfg regalloc.Config) compiled {
	t.Helper()
	lf := lir.Lower(f, &aarch64.Convention)
	c := compiled{lir: lf.String()}
	if err := lf.Verify(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, f, c.lir)
	}
	cfg.Check = true
	var a regalloc.Allocator
	res, err := a.Allocate(lir.Allocatable{F: lf, Conv: &aarch64.Convention}, cfg)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.lir)
	}
	c.alloc = lf.Print(res)
	c.obj, c.asm, err = aarch64.Emit(lf, res, aarch64.EmitOptions{Listing: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.obj.Check(); err != nil {
		t.Fatalf("%v\n%s", err, c.asm)
	}
	return c
}
