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
	bytecode.OpLoadName:              generic(hir.LoadName, 0, withName|pushes),
	bytecode.OpStoreName:             generic(hir.StoreName, 1, withName),
	bytecode.OpDeleteName:            generic(hir.DeleteName, 0, withName),
	bytecode.OpLoadLocals:            generic(hir.LoadLocals, 0, pushes),
	bytecode.OpLoadFromDictOrGlobals: generic(hir.LoadFromDictOrGlobals, 1, withName|pushes),
	bytecode.OpLoadBuildClass:        generic(hir.LoadBuildClass, 0, pushes),
	bytecode.OpSetupAnnotations:      generic(hir.SetupAnnotations, 0, plain),
	bytecode.OpImportName:            generic(hir.ImportName, 2, withName|pushes),
	bytecode.OpImportFrom:            (*builder).importFrom,
}

// loadGlobal takes the present value of a name as a constant, as long as the
// code itself does not assign it.
func (b *builder) loadGlobal() {
	if v := b.globalConstant(); v != 0 {
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

// assigned reports whether the code assigns or deletes a global name.
func (b *builder) assigned(name snapshot.ID) bool {
	if b.globalsAssigned == nil {
		b.globalsAssigned = map[snapshot.ID]bool{}
		for i := range b.bc.Instrs {
			in := &b.bc.Instrs[i]
			if in.Base == bytecode.OpStoreGlobal || in.Base == bytecode.OpDeleteGlobal {
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
