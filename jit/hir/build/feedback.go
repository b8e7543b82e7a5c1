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

// failedOn reports whether compiled code left the present instruction because
// of an operand of a class.
func (b *builder) failedOn(class snapshot.ID) bool {
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.GuardFailed && f.Type == class {
			return true
		}
	}
	return false
}
