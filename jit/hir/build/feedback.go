package build

import "github.com/cinderjit/cinderjit/jit/snapshot"

// feedback returns what the interpreter has learned about the present
// instruction.
func (b *builder) feedback(kind snapshot.FeedbackKind) (snapshot.Feedback, bool) {
	if b.opts.IgnoreFeedback {
		return snapshot.Feedback{}, false
	}
	return b.code.FeedbackOf(int(b.in.Offset), kind)
}

// trusted reports whether the specialised form of the present instruction may
// be built with guards: no guard of it has failed often.
func (b *builder) trusted() bool {
	if b.opts.IgnoreFeedback {
		return false
	}
	_, failed := b.feedback(snapshot.GuardFailed)
	return !failed
}

// valueFailed reports whether a guard that is not about a class failed at the
// present instruction: an int was larger than a digit, an index out of range.
// Feedback has the class object for these.
func (b *builder) valueFailed() bool {
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.GuardFailed && f.Type == snapshot.TypeObject {
			return true
		}
	}
	return false
}

// onlyValuesFailed reports whether guards on classes held.
func (b *builder) onlyValuesFailed() bool {
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.GuardFailed && f.Type != snapshot.TypeObject {
			return false
		}
	}
	return true
}
