package snapshot

import (
	"fmt"
	"reflect"
)

// LayoutField is one entry of the layout table.
type LayoutField struct {
	Name string // "Group.Field"
	C    string // C expression for its value
	path [2]int
}

// LayoutFields lists the fields of Layout in declaration order.
var LayoutFields = func() []LayoutField {
	var fields []LayoutField
	t := reflect.TypeOf(Layout{})
	for i := range t.NumField() {
		group := t.Field(i)
		for j := range group.Type.NumField() {
			f := group.Type.Field(j)
			fields = append(fields, LayoutField{
				Name: group.Name + "." + f.Name,
				C:    f.Tag.Get("c"),
				path: [2]int{i, j},
			})
		}
	}
	return fields
}()

// Field returns the value of field i of LayoutFields.
func (l *Layout) Field(i int) int64 {
	p := LayoutFields[i].path
	return reflect.ValueOf(l).Elem().Field(p[0]).Field(p[1]).Int()
}

// SetField sets field i of LayoutFields.
func (l *Layout) SetField(i int, value int64) {
	p := LayoutFields[i].path
	reflect.ValueOf(l).Elem().Field(p[0]).Field(p[1]).SetInt(value)
}

// SetByName sets a field given as "Group.Field".
func (l *Layout) SetByName(name string, value int64) error {
	for i := range LayoutFields {
		if LayoutFields[i].Name == name {
			l.SetField(i, value)
			return nil
		}
	}
	return fmt.Errorf("unknown layout field %q", name)
}

// LayoutHash identifies the list of layout fields: both sides of a snapshot
// must have been built from the same list.
func LayoutHash() uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for _, f := range LayoutFields {
		for i := range len(f.Name) {
			h = (h ^ uint64(f.Name[i])) * prime
		}
		h = (h ^ '\n') * prime
	}
	return h
}
