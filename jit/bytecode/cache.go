package bytecode

import "encoding/binary"

// Field names a value in an inline cache.
type Field uint8

const (
	// FieldCounter is the adaptive counter: backoff in the low 4 bits, count above.
	FieldCounter Field = iota
	// FieldBranches is the history of a conditional jump: a bit for each of the
	// last 16 executions, the newest lowest, set when it jumped.
	FieldBranches
	// FieldTypeVersion is the tp_version_tag that the guarded type must have.
	FieldTypeVersion
	// FieldMetaclassVersion is the tp_version_tag of the type's type.
	FieldMetaclassVersion
	// FieldFuncVersion is the func_version that the callee must have.
	FieldFuncVersion
	// FieldKeysVersion is the dk_version of a type's shared keys or of a
	// module's dict.
	FieldKeysVersion
	// FieldModuleKeysVersion is the dk_version of the globals.
	FieldModuleKeysVersion
	// FieldBuiltinKeysVersion is the dk_version of the builtins.
	FieldBuiltinKeysVersion
	// FieldIndex is an index into a dict's entries.
	FieldIndex
	// FieldOffset is a distance in bytes from the object.
	FieldOffset
	// FieldHint is an index into a dict's entries that has to be verified.
	FieldHint
	// FieldDictOffset is the distance in bytes from the object to its __dict__ pointer.
	FieldDictOffset
	// FieldDescr is a pointer, borrowed from the type or a static table: the
	// class attribute, method, getter or descriptor of a binary operation.
	FieldDescr

	numFields
)

var fieldNames = [numFields]string{
	"counter", "branches", "type_version", "metaclass_version", "func_version",
	"keys_version", "module_keys_version", "builtin_keys_version", "index",
	"offset", "hint", "dict_offset", "descr",
}

func (f Field) String() string { return fieldNames[f] }

// A CacheField is the place of a value in an inline cache.
type CacheField struct {
	Field Field
	Unit  uint8 // distance from the instruction in code units; the cache begins at 1
	Width uint8 // in code units: 1, 2 or 4
}

type cacheLayout struct {
	units  uint8
	fields []CacheField
}

// Layouts by family. A specialised form has the length of its family and only
// those fields that it reads; the base form of a family has the counter alone,
// since nothing else in its cache is kept up.
var (
	counterField  = CacheField{FieldCounter, 1, 1}
	typeVersionAt = CacheField{FieldTypeVersion, 2, 2}
	funcVersionAt = CacheField{FieldFuncVersion, 2, 2}
	attrKeysAt    = CacheField{FieldKeysVersion, 4, 2}
	attrDescrAt   = CacheField{FieldDescr, 6, 4}

	counterCache = layout(1)
	branchCache  = cacheLayout{1, []CacheField{{FieldBranches, 1, 1}}}

	binaryOpCache     = layout(5)
	binaryExtendCache = layout(5, CacheField{FieldDescr, 2, 4})

	callCache     = layout(3)
	callFuncCache = layout(3, funcVersionAt)
	callTypeCache = layout(3, typeVersionAt)

	toBoolCache     = layout(3)
	toBoolTypeCache = layout(3, typeVersionAt)

	globalCache        = layout(4)
	globalModuleCache  = layout(4, CacheField{FieldModuleKeysVersion, 2, 1}, CacheField{FieldIndex, 4, 1})
	globalBuiltinCache = layout(4, CacheField{FieldModuleKeysVersion, 2, 1}, CacheField{FieldBuiltinKeysVersion, 3, 1}, CacheField{FieldIndex, 4, 1})

	attrCache             = layout(9)
	attrTypeDescrCache    = layout(9, typeVersionAt, attrDescrAt)
	attrMetaclassCache    = layout(9, typeVersionAt, CacheField{FieldMetaclassVersion, 4, 2}, attrDescrAt)
	attrGetattributeCache = layout(9, typeVersionAt, CacheField{FieldFuncVersion, 4, 2}, attrDescrAt)
	attrKeysCache         = layout(9, typeVersionAt, attrKeysAt, attrDescrAt)
	attrLazyDictCache     = layout(9, typeVersionAt, CacheField{FieldDictOffset, 4, 1}, attrDescrAt)
	attrOffsetCache       = layout(9, typeVersionAt, CacheField{FieldOffset, 4, 1})
	attrHintCache         = layout(9, typeVersionAt, CacheField{FieldHint, 4, 1})
	attrModuleCache       = layout(9, CacheField{FieldKeysVersion, 2, 2}, CacheField{FieldIndex, 4, 1})

	storeAttrCache   = layout(4)
	storeOffsetCache = layout(4, typeVersionAt, CacheField{FieldOffset, 4, 1})
	storeHintCache   = layout(4, typeVersionAt, CacheField{FieldHint, 4, 1})
)

func layout(units uint8, fields ...CacheField) cacheLayout {
	return cacheLayout{units, append([]CacheField{counterField}, fields...)}
}

// Find returns the place of a field in the form's inline cache.
func (i *Info) Find(f Field) (CacheField, bool) {
	for _, c := range i.Layout {
		if c.Field == f {
			return c, true
		}
	}
	return CacheField{}, false
}

// Cache reads a field of the inline cache of an instruction. The form the
// instruction has (Instr.Op, not Base) must have that field: a request for
// another is a mistake of the caller and panics.
func (c *Code) Cache(in *Instr, f Field) uint64 {
	cf, ok := infos[in.Op].Find(f)
	if !ok {
		panic("bytecode: " + in.Op.String() + " has no cache field " + f.String())
	}
	b := c.Bytes[int(in.Offset)+2*int(cf.Unit):]
	switch cf.Width {
	case 1:
		return uint64(binary.LittleEndian.Uint16(b))
	case 2:
		return uint64(binary.LittleEndian.Uint32(b))
	default:
		return binary.LittleEndian.Uint64(b)
	}
}

// Cache16 is Cache for a field of one code unit.
func (c *Code) Cache16(in *Instr, f Field) uint16 { return uint16(c.Cache(in, f)) }

// Cache32 is Cache for a field of up to two code units.
func (c *Code) Cache32(in *Instr, f Field) uint32 { return uint32(c.Cache(in, f)) }
