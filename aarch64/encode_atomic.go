package aarch64

// Order is the ordering of an atomic read-modify-write.
type Order uint8

// The orderings; Acquire and Release are bits.
const (
	Relaxed Order = 0
	Acquire Order = 1
	Release Order = 2
	AcqRel  Order = Acquire | Release
)

// Atomics:
//
//	 31 30 29        24 23 22 21 20    16 15 14   10 9    5 4    0
//	+-----+------------+--+--+--+--------+--+-------+------+------+
//	|size | 1 1 1 0 0 0| A| R| 1|   Rs   |o3|opc 00 |  Rn  |  Rt  |  ldadd …, swp
//	|size | 0 0 1 0 0 0| 1| A| 1|   Rs   | R| 1..1  |  Rn  |  Rt  |  cas
//	|size | 0 0 1 0 0 0| 0| L| 0|   Rs   |o0| 1..1  |  Rn  |  Rt  |  ldxr, stxr
//	|size | 0 0 1 0 0 0| 1| L| 0| 1 .. 1 | 1| 1..1  |  Rn  |  Rt  |  ldar, stlr
//	+-----+------------+--+--+--+--------+--+-------+------+------+
const (
	atomicRMW      Word = 0x38200000
	atomicSwap     Word = 0x38208000
	atomicCompare  Word = 0x08a07c00
	loadAcquire    Word = 0x08dffc00
	storeRelease   Word = 0x089ffc00
	loadExclusive  Word = 0x085f7c00
	storeExclusive Word = 0x08007c00
	exclusiveOrder Word = 1 << 15 // acquire in ldxr, release in stxr
)

// atomicSize is the size field; m is MemU8, MemU16, MemU32 or MemU64.
func atomicSize(m Mem) Word {
	if m > MemU64 {
		refuse("access kind %d", m)
	}
	return Word(m) << 30
}

func orderBits(o Order) (acquire, release Word) {
	if o > AcqRel {
		refuse("ordering %d", o)
	}
	return Word(o & Acquire), Word(o >> 1)
}

func atomicForm(op, opc Word, m Mem, o Order, rs, rt, rn Reg) Word {
	acquire, release := orderBits(o)
	return atomicSize(m) | op | acquire<<23 | release<<22 | gp(rs)<<16 | opc<<12 | gpOrSP(rn)<<5 | gp(rt)
}

// Ldadd adds rs to [rn] and gives the old value in rt.
func Ldadd(m Mem, o Order, rs, rt, rn Reg) Word { return atomicForm(atomicRMW, 0, m, o, rs, rt, rn) }

// Ldclr clears the bits of rs in [rn] and gives the old value in rt.
func Ldclr(m Mem, o Order, rs, rt, rn Reg) Word { return atomicForm(atomicRMW, 1, m, o, rs, rt, rn) }

// Ldeor flips the bits of rs in [rn] and gives the old value in rt.
func Ldeor(m Mem, o Order, rs, rt, rn Reg) Word { return atomicForm(atomicRMW, 2, m, o, rs, rt, rn) }

// Ldset sets the bits of rs in [rn] and gives the old value in rt.
func Ldset(m Mem, o Order, rs, rt, rn Reg) Word { return atomicForm(atomicRMW, 3, m, o, rs, rt, rn) }

// Swp stores rs in [rn] and gives the old value in rt.
func Swp(m Mem, o Order, rs, rt, rn Reg) Word { return atomicForm(atomicSwap, 0, m, o, rs, rt, rn) }

// Cas stores rt in [rn] when the value there equals rs; rs becomes the old value.
func Cas(m Mem, o Order, rs, rt, rn Reg) Word {
	acquire, release := orderBits(o)
	return atomicSize(m) | atomicCompare | acquire<<22 | release<<15 | gp(rs)<<16 | gpOrSP(rn)<<5 | gp(rt)
}

// Ldar is ldar rt, [rn], or ldarb and ldarh.
func Ldar(m Mem, rt, rn Reg) Word { return atomicSize(m) | loadAcquire | gpOrSP(rn)<<5 | gp(rt) }

// Stlr is stlr rt, [rn], or stlrb and stlrh.
func Stlr(m Mem, rt, rn Reg) Word { return atomicSize(m) | storeRelease | gpOrSP(rn)<<5 | gp(rt) }

// Ldxr is ldxr rt, [rn], or ldxrb and ldxrh.
func Ldxr(m Mem, rt, rn Reg) Word { return atomicSize(m) | loadExclusive | gpOrSP(rn)<<5 | gp(rt) }

// Ldaxr is ldaxr rt, [rn], or ldaxrb and ldaxrh.
func Ldaxr(m Mem, rt, rn Reg) Word { return Ldxr(m, rt, rn) | exclusiveOrder }

// Stxr is stxr rs, rt, [rn], or stxrb and stxrh: rs becomes 0 when the store happened, else 1.
func Stxr(m Mem, rs, rt, rn Reg) Word {
	if rs == rt || rs == rn {
		refuse("status goes to %s, which is an operand", rs)
	}
	return atomicSize(m) | storeExclusive | gp(rs)<<16 | gpOrSP(rn)<<5 | gp(rt)
}

// Stlxr is stlxr rs, rt, [rn], or stlxrb and stlxrh.
func Stlxr(m Mem, rs, rt, rn Reg) Word { return Stxr(m, rs, rt, rn) | exclusiveOrder }
