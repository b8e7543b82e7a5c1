package jit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cinderjit/cinderjit/jit/opt"
)

// ParseOptions reads Options from lines "name=value".
func ParseOptions(text string) (Options, error) {
	var o Options
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name == "" {
			continue
		}
		number, err := strconv.Atoi(value)
		switch name {
		case "max_instructions":
			o.MaxInstructions = number
		case "max_code_size":
			o.MaxCodeSize = number
		case "ignore_feedback":
			o.IgnoreFeedback = number != 0
		case "verify":
			o.Verify = number != 0
		case "spill_everything":
			o.SpillEverything = number != 0
		case "force_exits":
			o.ForceExits = number != 0
		case "share":
			o.Share = number
		case "share_seed":
			o.ShareSeed = number
		case "bug_in":
			o.BugIn, err = value, nil
		case "check_allocation":
			o.CheckAllocation = number != 0
		case "disable_pass":
			o.DisabledPasses, err = append(o.DisabledPasses, value), opt.CheckDisabled(value)
		default:
			err = fmt.Errorf("unknown name")
		}
		if err != nil {
			return o, fmt.Errorf("compiler option %q: %w", strings.TrimSpace(line), err)
		}
	}
	return o, nil
}
