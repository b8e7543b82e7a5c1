package main

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// facts reads the headers in include (the folder with patchlevel.h) and
// returns the lines of the facts file:
//
//	version 3.14.8
//	opcode NUMBER NAME base=… caches=… flags=… pops=… pushes=… reads=…
//	cache STRUCT FIELD:UNIT:WIDTH …
//	const NAME VALUE
//
// reads lists the places in the inline cache that the form reads, where
// CPython's optimiser knows them; the first unit of a cache is 1.
func facts(include fs.FS) (string, error) {
	h := headers{fs: include}
	ids := h.read("opcode_ids.h")
	meta := h.read("internal/pycore_opcode_metadata.h")
	code := h.read("internal/pycore_code.h")
	opcode := h.read("opcode.h")
	utils := h.read("internal/pycore_opcode_utils.h")
	intrinsics := h.read("internal/pycore_intrinsics.h")
	ceval := h.read("internal/pycore_ceval.h")
	ceval2 := h.read("ceval.h")
	patchlevel := h.read("patchlevel.h")
	if h.err != nil {
		return "", h.err
	}

	var out strings.Builder
	out.WriteString("# Facts about CPython's bytecode, from its headers by internal/facts.\n")
	version := regexp.MustCompile(`(?m)^#define PY_VERSION\s+"([^"]*)"`).FindStringSubmatch(patchlevel)
	if version == nil {
		return "", fmt.Errorf("patchlevel.h has no version")
	}
	fmt.Fprintf(&out, "version %s\n", version[1])

	opcodes, err := parseOpcodes(ids, meta)
	if err != nil {
		return "", err
	}
	for _, op := range opcodes {
		fmt.Fprintf(&out, "opcode %d %s base=%s caches=%d flags=%s pops=%s pushes=%s reads=%s\n",
			op.number, op.name, op.base, op.caches, op.flags, op.pops, op.pushes, op.reads)
	}
	caches, err := parseCaches(code)
	if err != nil {
		return "", err
	}
	out.WriteString(caches)
	for _, c := range []struct{ source, pattern string }{
		{opcode, `NB_\w+`},
		{intrinsics, `(?:MAX_)?INTRINSIC_\w+`},
		{ceval, `SPECIAL_\w+`},
		{utils, `CONSTANT_\w+|NUM_COMMON_CONSTANTS|MAKE_FUNCTION_\w+|RESUME_\w+`},
		{ceval2, `FVC_\w+`},
		{code, `COMPARISON_[A-Z_]+`},
	} {
		found := regexp.MustCompile(`(?m)^#define (`+c.pattern+`)\s+(0[xX][0-9a-fA-F]+|\d+)\s*$`).FindAllStringSubmatch(c.source, -1)
		if len(found) == 0 {
			return "", fmt.Errorf("no constants %s", c.pattern)
		}
		for _, f := range found {
			v, err := strconv.ParseInt(f[2], 0, 32)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&out, "const %s %d\n", f[1], v)
		}
	}
	return out.String(), nil
}

type headers struct {
	fs  fs.FS
	err error
}

func (h *headers) read(name string) string {
	b, err := fs.ReadFile(h.fs, name)
	if err != nil && h.err == nil {
		h.err = err
	}
	return string(b)
}

type opcode struct {
	number              int
	name, base, flags   string
	pops, pushes, reads string
	caches              int
}

func parseOpcodes(ids, meta string) ([]opcode, error) {
	pops, err := switchTable(meta, "_PyOpcode_num_popped")
	if err != nil {
		return nil, err
	}
	pushes, err := switchTable(meta, "_PyOpcode_num_pushed")
	if err != nil {
		return nil, err
	}
	tables := map[string]map[string]string{}
	for name, start := range map[string]string{
		"flags":  "const struct opcode_metadata _PyOpcode_opcode_metadata[267] = {",
		"caches": "const uint8_t _PyOpcode_Caches[256] = {",
		"base":   "const uint8_t _PyOpcode_Deopt[256] = {",
		"uops":   "_PyOpcode_macro_expansion[256] = {",
	} {
		_, body, ok := strings.Cut(meta, start)
		body, _, ok2 := strings.Cut(body, "\n};")
		if !ok || !ok2 {
			return nil, fmt.Errorf("no table of %s", name)
		}
		tables[name] = map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)^ *\[(\w+)\] = (.*),$`).FindAllStringSubmatch(body, -1) {
			tables[name][m[1]] = m[2]
		}
	}
	flags := regexp.MustCompile(`HAS_(\w+)_FLAG`)
	uop := regexp.MustCompile(`\{ \w+, (1|2|4|OPARG_CACHE_[124]|OPERAND1_[124]), (\d+) \}`)

	var ops []opcode
	for _, m := range regexp.MustCompile(`(?m)^#define (\w+)\s+(\d+)$`).FindAllStringSubmatch(ids, -1) {
		name := m[1]
		if name == "HAVE_ARGUMENT" || strings.HasPrefix(name, "MIN_") {
			continue
		}
		op := opcode{name: name, base: name, pops: pops[name], pushes: pushes[name]}
		op.number, _ = strconv.Atoi(m[2])
		if b := tables["base"][name]; b != "" {
			op.base = b
		}
		op.caches, _ = strconv.Atoi(tables["caches"][op.base])
		var fs []string
		for _, f := range flags.FindAllStringSubmatch(tables["flags"][name], -1) {
			fs = append(fs, f[1])
		}
		slices.Sort(fs)
		op.flags = strings.Join(fs, "|")
		var reads []string
		for _, u := range uop.FindAllStringSubmatch(tables["uops"][name], -1) {
			unit, _ := strconv.Atoi(u[2])
			read := fmt.Sprintf("%d:%s", unit+1, u[1][len(u[1])-1:])
			if !slices.Contains(reads, read) {
				reads = append(reads, read)
			}
		}
		slices.Sort(reads)
		op.reads = strings.Join(reads, ",")
		if op.pops == "" || op.pushes == "" || tables["flags"][name] == "" {
			return nil, fmt.Errorf("nothing known about %s", name)
		}
		ops = append(ops, op)
	}
	slices.SortFunc(ops, func(a, b opcode) int { return a.number - b.number })
	if len(ops) == 0 {
		return nil, fmt.Errorf("no opcodes")
	}
	return ops, nil
}

// switchTable reads a function that returns a formula for each opcode.
func switchTable(meta, function string) (map[string]string, error) {
	_, body, ok := strings.Cut(meta, "int "+function+"(int opcode, int oparg)  {")
	body, _, ok2 := strings.Cut(body, "default:")
	if !ok || !ok2 {
		return nil, fmt.Errorf("no function %s", function)
	}
	t := map[string]string{}
	for _, m := range regexp.MustCompile(`case (\w+):\s*return ([^;]+);`).FindAllStringSubmatch(body, -1) {
		t[m[1]] = strings.ReplaceAll(m[2], " ", "")
	}
	return t, nil
}

// parseCaches reads the structs of inline caches. A union's members follow
// each other in the line with the same unit.
func parseCaches(code string) (string, error) {
	var out strings.Builder
	field := regexp.MustCompile(`^\s*(?:_Py_BackoffCounter|uint16_t) (\w+)(?:\[(\d)\])?;$`)
	for _, m := range regexp.MustCompile(`(?s)typedef struct \{\n([^}]*?(?:union \{[^}]*\};[^}]*?)?)\} (_Py\w+Cache);`).FindAllStringSubmatch(code, -1) {
		out.WriteString("cache " + m[2])
		unit, inUnion, widest := 1, false, 0
		for _, line := range strings.Split(strings.TrimSpace(m[1]), "\n") {
			switch f := field.FindStringSubmatch(line); {
			case strings.TrimSpace(line) == "union {":
				inUnion, widest = true, 0
			case strings.TrimSpace(line) == "};":
				inUnion = false
				unit += widest
			case f == nil:
				return "", fmt.Errorf("%s: cannot read %q", m[2], line)
			default:
				width := 1
				if f[2] != "" {
					width, _ = strconv.Atoi(f[2])
				}
				fmt.Fprintf(&out, " %s:%d:%d", f[1], unit, width)
				if widest = max(widest, width); !inUnion {
					unit += width
				}
			}
		}
		out.WriteByte('\n')
	}
	if out.Len() == 0 {
		return "", fmt.Errorf("no inline caches")
	}
	return out.String(), nil
}
