package snapshot

import (
	"fmt"
	"slices"
	"sort"

	"github.com/cinderjit/cinderjit/jit/bytecode"
)

// Check reports the first inconsistency: an id that names nothing or an object
// of the wrong kind, a table of the wrong length, records out of order. Both
// readers end with it, so that later stages index without checks.
func (s *Snapshot) Check() error {
	if len(s.Objects) <= int(NumWellKnown) {
		return fmt.Errorf("%d objects are fewer than the well-known ones", len(s.Objects))
	}
	if c := s.Code(s.Root); c == nil || !c.Captured() {
		return fmt.Errorf("root %s is no captured code", s.Root.Ref())
	}
	if err := s.checkKind(s.Function, KindFunction, true); err != nil {
		return fmt.Errorf("function: %w", err)
	}
	for i := 1; i < len(s.Objects); i++ {
		if err := s.checkObject(&s.Objects[i]); err != nil {
			return fmt.Errorf("object %s: %w", ID(i).Ref(), err)
		}
	}
	return nil
}

func (s *Snapshot) checkIDs(ids ...ID) error {
	for _, id := range ids {
		if int(id) >= len(s.Objects) {
			return fmt.Errorf("id %s is out of range", id.Ref())
		}
	}
	return nil
}

// checkKind checks that id is an object of a kind, or absent if that is allowed.
func (s *Snapshot) checkKind(id ID, kind Kind, optional bool) error {
	if id == NoObject && optional {
		return nil
	}
	if id == NoObject || int(id) >= len(s.Objects) || s.Objects[id].Kind != kind {
		return fmt.Errorf("%s is no %s", id.Ref(), kind)
	}
	return nil
}

// refCount is the number of Refs of each kind, -1 for any.
func refCount(k Kind) int {
	switch k {
	case KindTuple:
		return -1
	case KindSlice, KindProperty:
		return 3
	case KindMethod:
		return 2
	case KindBuiltin, KindMethodDescr, KindClassMethodDescr, KindWrapperDescr,
		KindMemberDescr, KindGetSetDescr, KindClassMethod, KindStaticMethod, KindModule:
		return 1
	}
	return 0
}

func (s *Snapshot) checkObject(o *Object) error {
	if err := s.checkKind(o.Type, KindType, false); err != nil {
		return err
	}
	if n := refCount(o.Kind); n >= 0 && n != len(o.Refs) {
		return fmt.Errorf("%s has %d references, want %d", o.Kind, len(o.Refs), n)
	}
	if err := s.checkIDs(o.Refs...); err != nil {
		return err
	}
	switch {
	case o.Function != nil:
		return s.checkFunction(o.Function)
	case o.Class != nil:
		return s.checkClass(o.Class)
	case o.Code != nil:
		return s.checkCode(o.Code)
	}
	return nil
}

func (s *Snapshot) checkFunction(f *Function) error {
	if err := s.checkKind(f.Code, KindCode, false); err != nil {
		return err
	}
	if err := s.checkIDs(f.Globals, f.Builtins); err != nil {
		return err
	}
	if len(f.Defaults) > s.Code(f.Code).ArgCount {
		return fmt.Errorf("%d defaults are more than the parameters", len(f.Defaults))
	}
	if len(f.Named)%2 != 0 || len(f.Named) > 0 && f.KwDict == NoObject {
		return fmt.Errorf("named defaults are not of a dict")
	}
	if err := s.checkKind(f.KwDict, KindDict, true); err != nil {
		return err
	}
	for i := 0; i < len(f.Named); i += 2 {
		if err := s.checkKind(f.Named[i], KindStr, false); err != nil {
			return err
		}
	}
	return s.checkIDs(slices.Concat(f.Named, f.Defaults)...)
}

func (s *Snapshot) checkClass(c *Class) error {
	for _, id := range append([]ID{c.Base}, c.MRO...) {
		if err := s.checkKind(id, KindType, true); err != nil {
			return err
		}
	}
	if !sort.SliceIsSorted(c.Attrs, func(i, j int) bool { return c.Attrs[i].Name < c.Attrs[j].Name }) {
		return fmt.Errorf("attributes are not sorted")
	}
	for _, a := range c.Attrs {
		if err := s.checkIDs(a.Value); err != nil {
			return err
		}
	}
	for _, id := range [...]ID{c.Init, c.GetItem} {
		if err := s.checkKind(id, KindFunction, true); err != nil {
			return err
		}
	}
	return nil
}

func (s *Snapshot) checkCode(c *Code) error {
	for _, v := range c.counts() {
		if *v < 0 {
			return fmt.Errorf("negative size")
		}
	}
	if c.ArgCount < c.PosOnlyArgCount || c.NumArgs() > c.NLocalsPlus {
		return fmt.Errorf("more arguments than locals")
	}
	if len(c.LocalsPlusNames) != c.NLocalsPlus || len(c.LocalsPlusKinds) != c.NLocalsPlus {
		return fmt.Errorf("%d names and %d kinds for %d locals", len(c.LocalsPlusNames), len(c.LocalsPlusKinds), c.NLocalsPlus)
	}
	if !c.Captured() {
		return nil
	}
	if len(c.Bytecode) == 0 || len(c.Bytecode)%2 != 0 {
		return fmt.Errorf("%d bytes of bytecode", len(c.Bytecode))
	}
	starts, err := instructionStarts(c.Bytecode)
	if err != nil {
		return err
	}
	if err := s.checkIDs(c.Globals, c.Builtins); err != nil {
		return err
	}
	for _, id := range c.Consts {
		if err := s.checkIDs(id); err != nil {
			return err
		}
		if id == NoObject {
			return fmt.Errorf("constant without object")
		}
	}
	for _, id := range c.Names {
		if err := s.checkKind(id, KindStr, false); err != nil {
			return fmt.Errorf("name: %w", err)
		}
	}
	for i, f := range c.Feedback {
		if i > 0 && f.Offset < c.Feedback[i-1].Offset {
			return fmt.Errorf("feedback out of order at offset %d", f.Offset)
		}
		if f.Offset < 0 || int(f.Offset) >= len(c.Bytecode) || !starts[f.Offset] || f.Kind == FeedbackNone {
			return fmt.Errorf("feedback at offset %d", f.Offset)
		}
		if f.Kind == EntryClass && (f.Value < 0 || f.Value >= int64(c.NLocalsPlus)) {
			return fmt.Errorf("no local variable %d at offset %d", f.Value, f.Offset)
		}
		if err := s.checkFeedback(f); err != nil {
			return fmt.Errorf("%s at offset %d: %w", f.Kind, f.Offset, err)
		}
	}
	return nil
}

// instructionStarts marks the byte offsets at which instructions begin, each
// prefix counted as one of its own.
func instructionStarts(code []byte) ([]bool, error) {
	starts := make([]bool, len(code))
	at := 0
	for at < len(code) {
		starts[at] = true
		at += 2 + 2*cacheUnits(bytecode.Op(code[at]))
	}
	if at != len(code) {
		return nil, fmt.Errorf("bytecode ends inside a cache")
	}
	return starts, nil
}

func (s *Snapshot) checkFeedback(f Feedback) error {
	uses := feedbackTable[f.Kind].uses
	if uses&usesType != 0 {
		if err := s.checkKind(f.Type, KindType, false); err != nil {
			return err
		}
	}
	for _, unused := range [...]bool{
		uses&usesType == 0 && f.Type != NoObject,
		uses&usesObject == 0 && f.Object != NoObject,
		uses&usesAux == 0 && f.Aux != NoObject,
		uses&usesValue == 0 && f.Value != 0,
		uses&usesVersion == 0 && f.Version != 0,
	} {
		if unused {
			return fmt.Errorf("has a field that means nothing")
		}
	}
	switch f.Kind {
	case CallFunction, CallBoundMethod, Called, CalledBound:
		if err := s.checkKind(f.Object, KindFunction, true); err != nil {
			return err
		}
		return s.checkKind(f.Aux, KindCode, f.Kind == Called || f.Kind == CalledBound)
	case CallInit, AttrProperty, AttrGetattribute, SubscriptMethod, StoreSubscriptMethod:
		return s.checkKind(f.Object, KindFunction, false)
	}
	return s.checkIDs(f.Object, f.Aux)
}
