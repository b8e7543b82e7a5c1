package aarch64

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
)

// wordText returns GNU's text for one instruction; target prints the destination of a
// PC-relative one, given its distance in bytes.
func wordText(w Word, target func(rel int64) string) string {
	if s, ok := ownText(w); ok {
		return s
	}
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], uint32(w))
	inst, err := arm64asm.Decode(b[:])
	if err != nil {
		return fmt.Sprintf(".inst 0x%08x", uint32(w))
	}
	text := strings.TrimSpace(arm64asm.GNUSyntax(inst))
	for _, arg := range inst.Args {
		// adrp counts from the page, which depends on where the code is.
		if rel, ok := arg.(arm64asm.PCRel); ok && inst.Op != arm64asm.ADRP {
			if i := strings.LastIndex(text, ".+0x"); i >= 0 {
				return text[:i] + target(int64(rel))
			}
		}
	}
	return spaced(text)
}

// spaced puts a space behind each comma, which the decoder leaves out inside addresses.
func spaced(text string) string {
	text = strings.ReplaceAll(text, ", ", ",")
	return strings.ReplaceAll(text, ",", ", ")
}

// ownText decodes what golang.org/x/arch does not know, or prints in a way nobody reads.
func ownText(w Word) (string, bool) {
	for _, f := range fallbacks {
		if w&f.mask == f.value {
			return f.text(w), true
		}
	}
	return "", false
}

var fallbacks = [...]struct {
	mask, value Word
	text        func(Word) string
}{
	{0xffff0000, 0x00000000, func(w Word) string { return fmt.Sprintf("udf #%d", w) }},
	{0xffffff3f, 0xd503241f, btiText},
	{0x3f200c00, 0x38200000, atomicText},
	{0x3fa07c00, 0x08a07c00, compareSwapText},
	{0xfff00000, 0xd5300000, func(w Word) string {
		return fmt.Sprintf("mrs %s, %s", Reg(w&31).Name(W64), SysReg(w>>5&0x7fff))
	}},
	{0xfff00000, 0xd5100000, func(w Word) string {
		return fmt.Sprintf("msr %s, %s", SysReg(w>>5&0x7fff), Reg(w&31).Name(W64))
	}},
	{0xffa01fe0, 0x1e201000, fmovImmText},
}

func btiText(w Word) string {
	return [...]string{"bti", "bti c", "bti j", "bti jc"}[w>>6&3]
}

// atomicSuffix returns the size suffix and the register width of an atomic.
func atomicSuffix(w Word) (string, Width) {
	size := w >> 30
	return [...]string{"b", "h", "", ""}[size], Width(size / 3)
}

func atomicText(w Word) string {
	opc := w >> 12 & 15
	name := [...]string{"ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin",
		"swp", "", "", "", "ldapr", "", "", ""}[opc]
	suffix, width := atomicSuffix(w)
	order := [...]string{"", "l", "a", "al"}[w>>22&3]
	rt, rn := Reg(w&31), baseReg(w>>5&31)
	switch {
	case name == "" || opc == 12 && w>>16&0xff != 0xbf:
		return fmt.Sprintf(".inst 0x%08x", uint32(w))
	case opc == 12:
		return fmt.Sprintf("ldapr%s %s, [%s]", suffix, rt.Name(width), rn)
	}
	return fmt.Sprintf("%s%s%s %s, %s, [%s]", name, order, suffix, Reg(w>>16&31).Name(width), rt.Name(width), rn)
}

func compareSwapText(w Word) string {
	suffix, width := atomicSuffix(w)
	order := [...]string{"", "l", "a", "al"}[w>>22&1<<1|w>>15&1]
	return fmt.Sprintf("cas%s%s %s, %s, [%s]", order, suffix, Reg(w>>16&31).Name(width), Reg(w&31).Name(width), baseReg(w>>5&31))
}

func baseReg(n Word) Reg {
	if n == 31 {
		return SP
	}
	return Reg(n)
}

func fmovImmText(w Word) string {
	imm8 := w >> 13 & 0xff
	exp := int(imm8>>4&7^4) - 3
	v := float64(16+imm8&15) / 16
	for ; exp > 0; exp-- {
		v *= 2
	}
	for ; exp < 0; exp++ {
		v /= 2
	}
	if imm8>>7 != 0 {
		v = -v
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return fmt.Sprintf("fmov %s, #%s", (V0 + Reg(w&31)).FloatName(Float(w>>22&1)), text)
}

// String returns the register's name, or the general form s3_3_c13_c0_2.
func (s SysReg) String() string {
	switch s {
	case TPIDR_EL0:
		return "tpidr_el0"
	case NZCV:
		return "nzcv"
	case FPCR:
		return "fpcr"
	case FPSR:
		return "fpsr"
	case CNTVCT_EL0:
		return "cntvct_el0"
	case CNTFRQ_EL0:
		return "cntfrq_el0"
	}
	return fmt.Sprintf("s%d_%d_c%d_c%d_%d", 2+s>>14&1, s>>11&7, s>>7&15, s>>3&15, s&7)
}
