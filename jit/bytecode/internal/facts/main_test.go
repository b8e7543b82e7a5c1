package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const sysroot = "../../../../build/sysroot/usr/include/python3.14"

// The facts file is what the headers of the CPython say that the project is
// built against, where they are at hand.
func TestFactsAreThoseOfTheHeaders(t *testing.T) {
	if _, err := os.Stat(sysroot); err != nil {
		t.Skip("no headers: make sysroot gets them")
	}
	got, err := facts(os.DirFS(sysroot))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	// The patch version moves with the package archive.
	if diff := cmp.Diff(withoutVersion(string(want)), withoutVersion(got)); diff != "" {
		t.Errorf("the headers differ from testdata/facts.txt (-file +headers):\n%s", diff)
	}
}

func withoutVersion(s string) []string {
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(l, "version ") {
			lines = append(lines, l)
		}
	}
	return lines
}

// The reader finds each part of the headers, and says so when one is missing.
func TestReadsHeaders(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"patchlevel.h": "#define PY_VERSION \"3.14.0\"\n",
		"opcode_ids.h": "#define HAVE_ARGUMENT 43\n#define LOAD_ATTR 80\n#define LOAD_ATTR_SLOT 188\n",
		"internal/pycore_opcode_metadata.h": `
int _PyOpcode_num_popped(int opcode, int oparg)  {
        case LOAD_ATTR:
            return 1;
        case LOAD_ATTR_SLOT:
            return 1;
        default:
int _PyOpcode_num_pushed(int opcode, int oparg)  {
        case LOAD_ATTR:
            return 1 + (oparg & 1);
        case LOAD_ATTR_SLOT:
            return 1 + (oparg & 1);
        default:
const struct opcode_metadata _PyOpcode_opcode_metadata[267] = {
    [LOAD_ATTR] = { true, INSTR_FMT_IBC00000000, HAS_NAME_FLAG | HAS_ARG_FLAG },
    [LOAD_ATTR_SLOT] = { true, INSTR_FMT_IBC00000000, HAS_DEOPT_FLAG },
};
_PyOpcode_macro_expansion[256] = {
    [LOAD_ATTR_SLOT] = { .nuops = 2, .uops = { { _GUARD_TYPE_VERSION, 2, 1 }, { _LOAD_ATTR_SLOT, 1, 3 }, { _X, OPARG_SIMPLE, 4 } } },
};
const uint8_t _PyOpcode_Caches[256] = {
    [LOAD_ATTR] = 9,
};
const uint8_t _PyOpcode_Deopt[256] = {
    [LOAD_ATTR] = LOAD_ATTR,
    [LOAD_ATTR_SLOT] = LOAD_ATTR,
};
`,
		"internal/pycore_code.h":         "typedef struct {\n    _Py_BackoffCounter counter;\n    union {\n        uint16_t a[2];\n        uint16_t b;\n    };\n    uint16_t c[4];\n} _PyXCache;\n#define COMPARISON_EQUALS 8\n",
		"opcode.h":                       "#define NB_ADD 0\n",
		"internal/pycore_opcode_utils.h": "#define RESUME_OPARG_DEPTH1_MASK 0x4\n",
		"internal/pycore_intrinsics.h":   "#define INTRINSIC_PRINT 1\n",
		"internal/pycore_ceval.h":        "#define SPECIAL___EXIT__ 1\n",
		"ceval.h":                        "#define FVC_STR 0x1\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	got, err := facts(files)
	if err != nil {
		t.Fatal(err)
	}
	want := `# Facts about CPython's bytecode, from its headers by internal/facts.
version 3.14.0
opcode 80 LOAD_ATTR base=LOAD_ATTR caches=9 flags=ARG|NAME pops=1 pushes=1+(oparg&1) reads=
opcode 188 LOAD_ATTR_SLOT base=LOAD_ATTR caches=9 flags=DEOPT pops=1 pushes=1+(oparg&1) reads=2:2,4:1
cache _PyXCache counter:1:1 a:2:2 b:2:1 c:4:4
const NB_ADD 0
const INTRINSIC_PRINT 1
const SPECIAL___EXIT__ 1
const RESUME_OPARG_DEPTH1_MASK 4
const FVC_STR 1
const COMPARISON_EQUALS 8
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name := range files {
		less := fstest.MapFS{}
		for other, f := range files {
			if other != name {
				less[other] = f
			}
		}
		if _, err := facts(less); err == nil {
			t.Errorf("no error without %s", name)
		}
	}
}
