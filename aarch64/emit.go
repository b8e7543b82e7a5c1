package aarch64

import (
	"fmt"
	"strconv"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// EmitOptions selects what Emit produces besides the object.
type EmitOptions struct {
	// Listing asks for the annotated disassembly.
	Listing bool
	// ForceExits asks for exits that a count of the run time takes.
	ForceExits bool
}

// Kinds of [Symbol] that the emitter uses.
const (
	symbolData      = iota // lir.Func.Syms[ID]
	symbolHelper           // helper number ID
	symbolStub             // stubs[ID]
	symbolSelf             // the object's own record
	symbolUnit             // code unit: ID is the unit at which a window begins, above unitBits the inlined call
	symbolCountdown        // the count of forced exits
)

const (
	stubSlowEntry = iota
	stubDeopt
	stubService
	stubDealloc
	stubDeallocInts
	stubVectorcallBind
	stubLeaveFrame
	stubEvalBreaker
	stubBoxInt
	stubBoxFloat
	stubFreeInt
	stubFreeFloat
	stubFreeGenerator
	stubFreeGeneratorInts
	stubResume
	stubResumeSlow
	stubVectorcall // and the number of parameters
)

var stubs = func() []string {
	list := []string{
		object.StubSlowEntry, object.StubDeopt, object.StubService, object.StubDealloc, object.StubDeallocInts, object.StubVectorcallBind, object.StubLeaveFrame,
		object.StubEvalBreaker, object.StubBoxInt, object.StubBoxFloat, object.StubFreeInt, object.StubFreeFloat, object.StubFreeGenerator, object.StubFreeGeneratorInts,
		object.StubResume, object.StubResumeSlow,
	}
	for n := 0; n <= Convention.RegisterArgs(); n++ {
		list = append(list, object.StubVectorcall+strconv.Itoa(n))
	}
	return list
}()

const markInstr MarkKind = 1

// emitter turns an allocated function into machine code, one block after the
// other, hot ones into the hot section and cold ones into the cold.
type emitter struct {
	f   *lir.Func
	res *regalloc.Result
	lay *snapshot.Layout
	a   Assembler
	obj *object.Object

	forceExits bool

	labels []Label // by block
	block  int     // being emitted
	index  int     // instruction being emitted
	locs   []regalloc.Loc

	saved     []Reg // callee-saved registers that the function uses
	frameSize int64 // bytes below the saved x29
	spillBase int64 // offset of spill slot 0 from sp
	inlined   int64 // offset of the frames of inlined calls from sp

	body      Label // behind the prologue
	tail      Label // of the prologue, shared by the entries
	slow      Label
	epilogue  Label
	hasEpi    bool
	direct    Label
	vector    Label
	frame     Label
	generator Label

	exits   []Label // by exit number
	service Label   // of the code common to the cold paths that the run time serves
	served  bool
	exitKey map[string]int
	resumes []resume
	patches []patch
	// continues are the places behind checks of the frame.
	continues []continuation
	lines     []linePos
	asides    []aside // cold paths of instructions that are cold themselves
}

// aside is code that waits to be emitted, with the locations it refers to.
type aside struct {
	locs  []regalloc.Loc
	block int
	index int
	emit  func()
}

// continuation is where an exit goes on when nothing speaks against it.
type continuation struct {
	exit int
	at   Label
}

type patch struct {
	at     Pos
	target Label
}

type linePos struct {
	at     Pos
	code   snapshot.ID
	offset int32
}

// Emit turns f, allocated as res says, into an object. The listing is empty
// unless it was asked for.
func Emit(f *lir.Func, res *regalloc.Result, o EmitOptions) (obj *object.Object, listing string, err error) {
	e := &emitter{
		f: f, res: res, lay: f.Snap.Layout, exitKey: map[string]int{},
		obj:        &object.Object{Code: object.ID(f.Code), Vectorcall: object.None, Direct: object.None, Frame: object.None, Generator: object.None},
		forceExits: o.ForceExits,
	}
	e.a.Reset()
	e.a.Annotate(o.Listing)
	e.layOutFrame()
	e.labels = make([]Label, len(f.Blocks))
	for i := range e.labels {
		e.labels[i] = e.a.NewLabel()
	}
	switch {
	case f.Loop:
		// The resume entry is the only one.
	case f.Resumable:
		e.generatorEntry()
	default:
		e.entries()
	}
	for b := range f.Blocks {
		e.emitBlock(b)
	}
	e.a.PushSection(Cold)
	for _, w := range e.asides {
		e.locs, e.block, e.index = w.locs, w.block, w.index
		w.emit()
	}
	e.resumeEntries()
	e.slowPaths()
	e.exitTable()
	e.a.PopSection()
	code, err := e.a.Finish()
	if err != nil {
		return nil, "", err
	}
	e.finish(code)
	if o.Listing {
		listing = e.listing(code)
	}
	return e.obj, listing, nil
}

// aside emits the cold path of the instruction at hand where control does not
// fall into it: in the cold section, or, when the instruction is cold itself,
// behind all blocks.
func (e *emitter) aside(emit func()) {
	if e.a.Section() == Cold {
		e.asides = append(e.asides, aside{append([]regalloc.Loc(nil), e.locs...), e.block, e.index, emit})
		return
	}
	e.a.PushSection(Cold)
	emit()
	e.a.PopSection()
}

func (e *emitter) emitBlock(b int) {
	blk := &e.f.Blocks[b]
	if e.threaded(b) {
		e.a.Bind(e.labels[b])
		return
	}
	if blk.Cold {
		e.a.PushSection(Cold)
		defer e.a.PopSection()
	}
	e.block = b
	e.a.Bind(e.labels[b])
	if in := &e.f.Instrs[blk.First]; in.Op == lir.ResumePoint {
		// In front of the moves with which the block begins.
		e.a.Emit(Bti(TargetCall))
		if in.NumDefs() == 0 {
			e.resumes = append(e.resumes, resume{uint32(in.Imm), e.a.NewLabel(), e.labels[b]})
		}
	}
	for i := int(blk.First); i < int(blk.Last); i++ {
		i += e.emitInstr(i)
	}
}

// emitInstr emits instruction i with the moves before it. It returns how many
// instructions after it were emitted together with it.
func (e *emitter) emitInstr(i int) int {
	in := &e.f.Instrs[i]
	e.index = i
	e.line(in)
	if e.a.Annotating() {
		e.a.Mark(markInstr, uint32(i))
	}
	e.emitMoves(e.res.MovesBefore(i))
	if e.res.Dropped(i) {
		return 0
	}
	e.locs = e.res.Operands(i)
	fn := emitTable[in.Op]
	if fn == nil {
		panic(fmt.Sprintf("aarch64: no emission of %s", in.Op))
	}
	if e.forceExits {
		e.forceExit(in)
	}
	return fn(e, in)
}

// line records the bytecode position when it changes.
func (e *emitter) line(in *lir.Instr) {
	at := e.a.Here()
	if n := len(e.lines); n > 0 {
		l := &e.lines[n-1]
		if l.code == in.Code && l.offset == in.Offset && l.at.section() == at.section() {
			return
		}
		if l.at == at {
			l.code, l.offset = in.Code, in.Offset
			return
		}
	}
	e.lines = append(e.lines, linePos{at, in.Code, in.Offset})
}

// threaded reports whether block b is nothing but a jump, so that whoever goes
// there can go to its successor.
func (e *emitter) threaded(b int) bool {
	blk := &e.f.Blocks[b]
	return b != 0 && blk.Last-blk.First == 1 && e.f.Instrs[blk.First].Op == lir.Jump &&
		len(e.res.MovesBefore(int(blk.First))) == 0 && int(blk.Succs[0]) != b
}

// target returns the block that control gets to by going to b.
func (e *emitter) target(b lir.BlockID) lir.BlockID {
	for n := 0; e.threaded(int(b)) && n < len(e.f.Blocks); n++ {
		b = e.f.Blocks[b].Succs[0]
	}
	return b
}

// isNext reports whether the code of block b directly follows that of the
// current block.
func (e *emitter) isNext(b lir.BlockID) bool {
	cold := e.f.Blocks[e.block].Cold
	for n := e.block + 1; n < len(e.f.Blocks); n++ {
		if e.f.Blocks[n].Cold != cold {
			if cold {
				continue
			}
			return false
		}
		if e.threaded(n) {
			continue
		}
		return n == int(b)
	}
	return false
}

// goTo ends the current block with a branch to b unless b follows.
func (e *emitter) goTo(b lir.BlockID) {
	if b = e.target(b); !e.isNext(b) && !e.repeat(int(b)) {
		e.a.B(e.labels[b])
	}
}

// maxRepeated is the size of a loop header, in LIR instructions, that is worth
// emitting twice.
const maxRepeated = 8

// repeat emits a copy of block b, a loop header that decides whether to go on, at
// the end of the loop instead of a jump to it: one branch less each time round. It
// returns false when b is not of that kind.
func (e *emitter) repeat(b int) bool {
	blk := &e.f.Blocks[b]
	last := int(blk.Last) - 1
	if b > e.block || blk.Loop == 0 || blk.Cold || e.f.Blocks[e.block].Cold || blk.Last-blk.First > maxRepeated || e.f.Instrs[last].Op != lir.Branch {
		return false
	}
	for i := int(blk.First); i < last; i++ {
		if info := e.f.Instrs[i].Op.Info(); info.Effect && e.f.Instrs[i].Op != lir.ExitIf {
			return false
		}
	}
	for i := int(blk.First); i < last; i++ {
		e.emitInstr(i)
	}
	e.index = last
	e.emitMoves(e.res.MovesBefore(last))
	e.locs = e.res.Operands(last)
	yes, no := e.target(blk.Succs[0]), e.target(blk.Succs[1])
	in := &e.f.Instrs[last]
	switch {
	case e.isNext(yes) || e.f.Blocks[no].Loop > e.f.Blocks[yes].Loop:
		e.branchIf(in, true, e.labels[no])
		no = yes
	default:
		e.branchIf(in, false, e.labels[yes])
	}
	if !e.isNext(no) {
		e.a.B(e.labels[no])
	}
	return true
}

func emitJump(e *emitter, in *lir.Instr) int {
	e.goTo(e.f.Blocks[e.block].Succs[0])
	return 0
}

func emitBranch(e *emitter, in *lir.Instr) int {
	succs := e.f.Blocks[e.block].Succs
	yes, no := e.target(succs[0]), e.target(succs[1])
	switch {
	case e.isNext(yes):
		e.branchIf(in, true, e.labels[no])
	case e.isNext(no):
		e.branchIf(in, false, e.labels[yes])
	default:
		e.branchIf(in, false, e.labels[yes])
		e.a.B(e.labels[no])
	}
	return 0
}

// emitMoves emits the allocator's moves.
func (e *emitter) emitMoves(moves []regalloc.Move) {
	for _, m := range moves {
		switch {
		case m.From.IsRemat():
			e.remat(m.From.VReg(), machineReg(m.To.Reg()))
		case m.From.IsSlot():
			e.loadSlot(machineReg(m.To.Reg()), m.From)
		case m.To.IsSlot():
			e.storeSlot(machineReg(m.From.Reg()), m.To)
		default:
			e.moveReg(machineReg(m.To.Reg()), machineReg(m.From.Reg()))
		}
	}
}

func (e *emitter) moveReg(to, from Reg) {
	if to == from {
		return
	}
	if to.IsFP() {
		e.a.Emit(Fmov(Double, to, from))
		return
	}
	e.a.Emit(Mov(W64, to, from))
}

func slotMem(r Reg) Mem {
	if r.IsFP() {
		return MemF64
	}
	return MemU64
}

// slotAddr is the address of a spill slot; scratch is used when it is far.
func (e *emitter) slotAddr(l regalloc.Loc, m Mem, scratch Reg) Addr {
	return e.addr(SP, e.spillBase+8*int64(l.Slot()), m, scratch)
}

func (e *emitter) loadSlot(r Reg, l regalloc.Loc) {
	s := r
	if !r.IsGP() {
		s = scratch
	}
	e.a.Emit(Load(slotMem(r), r, e.slotAddr(l, slotMem(r), s)))
}

func (e *emitter) storeSlot(r Reg, l regalloc.Loc) {
	e.a.Emit(Store(slotMem(r), r, e.slotAddr(l, slotMem(r), scratch)))
}

// addr is base + off, by way of the scratch register when off has no encoding.
func (e *emitter) addr(base Reg, off int64, m Mem, scratch Reg) Addr {
	if IsOffset(m, off) {
		return At(base, int32(off))
	}
	e.a.AddConst(W64, scratch, base, off, scratch)
	return At(scratch, 0)
}

// remat makes the constant v in r.
func (e *emitter) remat(v lir.VReg, r Reg) {
	e.constant(&e.f.Instrs[e.f.DefiningInstr(v)], r)
}

// reg returns the register of operand k.
func (e *emitter) reg(k int) Reg { return machineReg(e.locs[k].Reg()) }

// use returns the register of use k of in.
func (e *emitter) use(in *lir.Instr, k int) Reg { return e.reg(in.NumDefs() + k) }

// anywhere brings use k of in, which may be in a slot, into a register.
func (e *emitter) anywhere(l regalloc.Loc, scratch Reg) Reg {
	switch {
	case l.IsReg():
		return machineReg(l.Reg())
	case l.IsRemat():
		e.remat(l.VReg(), scratch)
	default:
		e.a.Emit(Load(MemU64, scratch, e.slotAddr(l, MemU64, scratch)))
	}
	return scratch
}

// symbol loads the address of a LIR symbol.
func (e *emitter) symbol(r Reg, s lir.SymID) {
	e.a.LoadSymbol(r, Symbol{symbolData, uint32(s)}, 0)
}

// emitTable has the emission of each LIR opcode.
var emitTable [lir.NumOps]func(*emitter, *lir.Instr) int

func init() {
	emitTable = [lir.NumOps]func(*emitter, *lir.Instr) int{
		lir.Imm:     emitConstant,
		lir.FImm:    emitConstant,
		lir.SymAddr: emitConstant,
		lir.OutAddr: emitConstant,
		lir.Args:    emitNothing,

		lir.ResumePoint: emitNothing,

		lir.Load:        emitLoad,
		lir.LoadX:       emitLoadX,
		lir.Store:       emitStore,
		lir.StoreX:      emitStoreX,
		lir.LoadSlot:    emitLoadSlot,
		lir.StoreSlot:   emitStoreSlot,
		lir.StoreOwned:  emitStoreOwned,
		lir.StoreOut:    emitStoreOut,
		lir.SetIP:       emitSetIP,
		lir.SwapHandled: emitSwapHandled,

		lir.Add:       emitThree(Add),
		lir.AddImm:    emitAddImm,
		lir.Sub:       emitThree(Sub),
		lir.Mul:       emitThree(Mul),
		lir.MSub:      emitMSub,
		lir.And:       emitThree(And),
		lir.AndImm:    emitLogicalImm(AndImm, And),
		lir.Or:        emitThree(Orr),
		lir.OrImm:     emitLogicalImm(OrrImm, Orr),
		lir.Xor:       emitThree(Eor),
		lir.XorImm:    emitLogicalImm(EorImm, Eor),
		lir.Shl:       emitThree(Lsl),
		lir.ShlImm:    emitShiftImm(LslImm),
		lir.Sar:       emitThree(Asr),
		lir.SarImm:    emitShiftImm(AsrImm),
		lir.Neg:       emitNeg,
		lir.SignExt:   emitSignExt,
		lir.FloorDiv:  emitFloorDiv,
		lir.Mod:       emitMod,
		lir.AddOvf:    emitOverflow(Adds),
		lir.AddOvfImm: emitAddOvfImm,
		lir.SubOvf:    emitOverflow(Subs),
		lir.MulOvf:    emitMulOvf,

		lir.FAdd:       emitFThree(Fadd),
		lir.FSub:       emitFThree(Fsub),
		lir.FMul:       emitFThree(Fmul),
		lir.FDiv:       emitFThree(Fdiv),
		lir.FNeg:       emitFTwo(Fneg),
		lir.FAbs:       emitFTwo(Fabs),
		lir.FSqrt:      emitFTwo(Fsqrt),
		lir.IntToFloat: emitIntToFloat,

		lir.Set:    emitSet,
		lir.Select: emitSelect,
		lir.ExitIf: emitExitIf,

		lir.CallHelper: emitCallHelper,
		lir.CallDirect: emitCallDirect,
		lir.CallResume: emitCallResume,
		lir.CallPtr:    emitCallPtr,

		lir.Incref:     emitIncref,
		lir.Decref:     emitDecref,
		lir.CheckFrame: emitCheckFrame,
		lir.FillFrame:  emitFillFrame,
		lir.LinkFrame:  emitLinkFrame,
		lir.PopFrame:   emitPopFrame,

		lir.SetStack:       emitSetStack,
		lir.Suspend:        emitSuspend,
		lir.LeaveGenerator: emitLeaveGenerator,
		lir.EvalBreaker:    emitEvalBreaker,

		lir.BoxInt:       emitBoxInt,
		lir.BoxFloat:     emitBoxFloat,
		lir.ReplaceFloat: emitReplaceFloat,

		lir.Jump:    emitJump,
		lir.Entries: emitJump,
		lir.Branch:  emitBranch,
		lir.Return:  emitReturn,
		lir.Exit:    emitExit,
		lir.Trap:    emitTrap,
	}
}

func emitNothing(e *emitter, in *lir.Instr) int { return 0 }

func emitTrap(e *emitter, in *lir.Instr) int {
	e.a.Emit(Brk(0))
	return 0
}

// helperName names helper n in listings.
func helperName(n uint32) string { return "cj_" + hir.HelperTable[n].Name }
