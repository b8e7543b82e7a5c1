package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var globalHandlers = map[bytecode.Op]handler{
	bytecode.OpLoadGlobal:            (*builder).loadGlobal,
	bytecode.OpStoreGlobal:           generic(hir.StoreGlobal, 1, withName),
	bytecode.OpDeleteGlobal:          generic(hir.DeleteGlobal, 0, withName),
	bytecode.OpLoadName:              (*builder).loadName,
	bytecode.OpStoreName:             inModule(hir.StoreName, hir.StoreGlobal, 1),
	bytecode.OpDeleteName:            inModule(hir.DeleteName, hir.DeleteGlobal, 0),
	bytecode.OpLoadLocals:            generic(hir.LoadLocals, 0, pushes),
	bytecode.OpLoadFromDictOrGlobals: generic(hir.LoadFromDictOrGlobals, 1, withName|pushes),
	bytecode.OpLoadBuildClass:        generic(hir.LoadBuildClass, 0, pushes),
	bytecode.OpSetupAnnotations:      generic(hir.SetupAnnotations, 0, plain),
	bytecode.OpImportName:            generic(hir.ImportName, 2, withName|pushes),
	bytecode.OpImportFrom:            (*builder).importFrom,
}

// loadGlobal takes the present value of a name as a constant, unless the code
// itself assigns it or others do so often: then it is read from its place.
func (b *builder) loadGlobal() {
	v := b.globalConstant()
	if v == 0 {
		v = b.globalEntry()
	}
	if v != 0 {
		b.push(v)
	} else {
		b.push(b.emitObj(hir.LoadGlobal, b.name()))
		if b.in.PushesSelfOrNull() {
			b.push(b.nullValue())
		}
		b.check()
		return
	}
	if b.in.PushesSelfOrNull() {
		b.push(b.nullValue())
	}
}

// loadName looks in the frame's namespace first. Where that is the module's, it
// does what LOAD_GLOBAL does.
func (b *builder) loadName() {
	if !b.inModule {
		b.generic(hir.LoadName, 0, withName|pushes)
		return
	}
	v := b.globalConstant()
	if v == 0 {
		v = b.globalEntry()
	}
	if v != 0 {
		b.push(v)
		return
	}
	b.generic(hir.LoadGlobal, 0, withName|pushes)
}

// inModule does the same to a namespace, which is the module's or not.
func inModule(other, module hir.Op, pops int) handler {
	return func(b *builder) {
		op := other
		if b.inModule {
			op = module
		}
		b.generic(op, pops, withName)
	}
}

func (b *builder) globalConstant() hir.Value {
	if !b.trusted() || b.code.Globals == snapshot.NoObject || b.assigned(b.name()) {
		return 0
	}
	if f, ok := b.feedback(snapshot.GlobalModule); ok && f.Object != snapshot.NoObject {
		b.dependKey(f.Aux, b.name())
		return b.constant(f.Object)
	}
	if f, ok := b.feedback(snapshot.GlobalBuiltin); ok && f.Object != snapshot.NoObject {
		b.dependKey(b.code.Globals, b.name())
		b.dependKey(f.Aux, b.name())
		return b.constant(f.Object)
	}
	return 0
}

// globalEntry reads a variable of the module from its entry in the table of the
// namespace, while the table has the same keys.
func (b *builder) globalEntry() hir.Value {
	f, ok := b.feedback(snapshot.GlobalEntry)
	if !ok || !b.trusted() || f.Aux != b.code.Globals || f.Aux == snapshot.NoObject {
		return 0
	}
	keys := b.load(hir.LoadPtr, hir.HeapDict, b.l.Dict.Keys, b.constant(f.Aux))
	version := b.load(hir.LoadU32, hir.HeapDict, b.l.DictKeys.Version, keys)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, version, b.cint(int64(f.Version))))
	return b.guardNotNull(b.load(hir.LoadField, hir.HeapDict, f.Value, keys))
}

// assigned reports whether the code assigns or deletes a global name, in the loop
// if only a loop is built.
func (b *builder) assigned(name snapshot.ID) bool {
	if b.globalsAssigned == nil {
		b.globalsAssigned = map[snapshot.ID]bool{}
		for i := range b.bc.Instrs {
			in := &b.bc.Instrs[i]
			if b.inside != nil && (in.Block < 0 || !b.inside[in.Block]) {
				continue
			}
			switch in.Base {
			case bytecode.OpStoreName, bytecode.OpDeleteName:
				if !b.inModule {
					continue
				}
				fallthrough
			case bytecode.OpStoreGlobal, bytecode.OpDeleteGlobal:
				b.globalsAssigned[b.code.Names[in.NameIndex()]] = true
			}
		}
	}
	return b.globalsAssigned[name]
}

func (b *builder) importFrom() {
	b.push(b.emitObj(hir.ImportFrom, b.name(), b.peek(1)))
	b.check()
}
