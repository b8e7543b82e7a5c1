package snapshot

//go:generate go run ./genlayout -o ../../cext/layout_fields.h

// Layout holds byte offsets, sizes and constants of the running interpreter.
// The tags are C expressions; genlayout makes the C side's table from them, so
// a field is added in one place. "Offset" is left out of the names.
type Layout struct {
	Object struct {
		Refcnt int64 `c:"offsetof(PyObject, ob_refcnt)"` // the 32-bit half that counts
		Type   int64 `c:"offsetof(PyObject, ob_type)"`
		Size   int64 `c:"sizeof(PyObject)"`
		// Flags is a 16-bit half word of an object's head.
		Flags int64 `c:"offsetof(PyObject, ob_flags)"`
		// VarSize is ob_size of variable-sized objects.
		VarSize int64 `c:"offsetof(PyVarObject, ob_size)"`
		// InitialRefcnt is the 64-bit head word of a fresh object.
		InitialRefcnt int64 `c:"1"`
	}
	// GC is about the collector's header in front of an object.
	GC struct {
		HeaderSize int64 `c:"sizeof(PyGC_Head)"`
		Next       int64 `c:"offsetof(PyGC_Head, _gc_next)"`
		Prev       int64 `c:"offsetof(PyGC_Head, _gc_prev)"`
	}
	Int struct {
		Tag        int64 `c:"offsetof(PyLongObject, long_value.lv_tag)"`
		Digit      int64 `c:"offsetof(PyLongObject, long_value.ob_digit)"`
		Size       int64 `c:"sizeof(PyLongObject)"`
		DigitBits  int64 `c:"PyLong_SHIFT"`
		SignMask   int64 `c:"_PyLong_SIGN_MASK"`
		SizeShift  int64 `c:"_PyLong_NON_SIZE_BITS"`
		SmallFlag  int64 `c:"IMMORTALITY_BIT_MASK"`
		CompactEnd int64 `c:"2 << _PyLong_NON_SIZE_BITS"` // tags below are compact
		// Tags of freshly made one-digit ints.
		TagPositive int64 `c:"1 << _PyLong_NON_SIZE_BITS"`
		TagZero     int64 `c:"SIGN_ZERO"`
		TagNegative int64 `c:"(1 << _PyLong_NON_SIZE_BITS) | SIGN_NEGATIVE"`
		// Small ints stand in an array; its address is a relocation.
		SmallMin    int64 `c:"-_PY_NSMALLNEGINTS"`
		SmallMax    int64 `c:"_PY_NSMALLPOSINTS - 1"`
		SmallStride int64 `c:"sizeof(PyLongObject)"`
	}
	Float struct {
		Value int64 `c:"offsetof(PyFloatObject, ob_fval)"`
		Size  int64 `c:"sizeof(PyFloatObject)"`
	}
	List struct {
		Items     int64 `c:"offsetof(PyListObject, ob_item)"`
		Allocated int64 `c:"offsetof(PyListObject, allocated)"`
		Size      int64 `c:"sizeof(PyListObject)"`
	}
	Tuple struct {
		Items int64 `c:"offsetof(PyTupleObject, ob_item)"`
		Hash  int64 `c:"offsetof(PyTupleObject, ob_hash)"`
		Size  int64 `c:"sizeof(PyTupleObject) - sizeof(PyObject *)"` // without items
	}
	Bytes struct {
		Data int64 `c:"offsetof(PyBytesObject, ob_sval)"`
	}
	// Array is array.array.
	Array struct {
		Items       int64 `c:"offsetof(cj_array_object, items)"`
		Description int64 `c:"offsetof(cj_array_object, description)"`
		Format      int64 `c:"offsetof(cj_array_description, format)"` // one byte
	}
	Str struct {
		Length int64 `c:"offsetof(PyASCIIObject, length)"`
		Hash   int64 `c:"offsetof(PyASCIIObject, hash)"`
		State  int64 `c:"offsetof(PyASCIIObject, state)"` // 32 bits
		// ASCIIMask and ASCIIValue select compact ASCII strings in State.
		ASCIIMask    int64 `c:"cj_layout_str_ascii_mask()"`
		ASCIIValue   int64 `c:"cj_layout_str_ascii_mask()"`
		KindMask     int64 `c:"cj_layout_str_kind_mask()"`
		CompactMask  int64 `c:"cj_layout_str_compact_mask()"`
		InternedMask int64 `c:"cj_layout_str_interned_mask()"`
		ASCIIData    int64 `c:"sizeof(PyASCIIObject)"`
		CompactData  int64 `c:"sizeof(PyCompactUnicodeObject)"`
		// Latin1Stride separates the one-character strings of Latin-1; ASCII and
		// the upper half are two arrays, whose addresses are relocations.
		ASCIICharStride  int64 `c:"sizeof(_Py_SINGLETON(strings).ascii[0])"`
		Latin1CharStride int64 `c:"sizeof(_Py_SINGLETON(strings).latin1[0])"`
	}
	Cell struct {
		Ref int64 `c:"offsetof(PyCellObject, ob_ref)"`
	}
	Range struct {
		Start  int64 `c:"offsetof(cj_range_object, start)"`
		Stop   int64 `c:"offsetof(cj_range_object, stop)"`
		Step   int64 `c:"offsetof(cj_range_object, step)"`
		Length int64 `c:"offsetof(cj_range_object, length)"`
	}
	RangeIter struct {
		Start  int64 `c:"offsetof(_PyRangeIterObject, start)"`
		Step   int64 `c:"offsetof(_PyRangeIterObject, step)"`
		Length int64 `c:"offsetof(_PyRangeIterObject, len)"`
		Size   int64 `c:"sizeof(_PyRangeIterObject)"`
	}
	ListIter struct {
		Index int64 `c:"offsetof(_PyListIterObject, it_index)"`
		Seq   int64 `c:"offsetof(_PyListIterObject, it_seq)"`
	}
	TupleIter struct {
		Index int64 `c:"offsetof(_PyTupleIterObject, it_index)"`
		Seq   int64 `c:"offsetof(_PyTupleIterObject, it_seq)"`
	}
	ListRevIter struct {
		Index int64 `c:"offsetof(cj_list_reverse_iterator, index)"`
		Seq   int64 `c:"offsetof(cj_list_reverse_iterator, list)"`
	}
	DictIter struct {
		Dict     int64 `c:"offsetof(cj_dict_iterator, dict)"`
		Used     int64 `c:"offsetof(cj_dict_iterator, used)"`
		Position int64 `c:"offsetof(cj_dict_iterator, position)"`
		Left     int64 `c:"offsetof(cj_dict_iterator, left)"`
	}
	Enumerate struct {
		Index int64 `c:"offsetof(cj_enumerate, index)"`
	}
	Slice struct {
		Start int64 `c:"offsetof(PySliceObject, start)"`
		Stop  int64 `c:"offsetof(PySliceObject, stop)"`
		Step  int64 `c:"offsetof(PySliceObject, step)"`
	}
	Set struct {
		Used  int64 `c:"offsetof(PySetObject, used)"`
		Mask  int64 `c:"offsetof(PySetObject, mask)"`
		Table int64 `c:"offsetof(PySetObject, table)"`
		// Entry layout of the table.
		EntrySize int64 `c:"sizeof(setentry)"`
		EntryKey  int64 `c:"offsetof(setentry, key)"`
		EntryHash int64 `c:"offsetof(setentry, hash)"`
	}
	Dict struct {
		Used       int64 `c:"offsetof(PyDictObject, ma_used)"`
		WatcherTag int64 `c:"offsetof(PyDictObject, _ma_watcher_tag)"`
		Keys       int64 `c:"offsetof(PyDictObject, ma_keys)"`
		Values     int64 `c:"offsetof(PyDictObject, ma_values)"`
	}
	DictKeys struct {
		Log2Size       int64 `c:"offsetof(PyDictKeysObject, dk_log2_size)"`
		Log2IndexBytes int64 `c:"offsetof(PyDictKeysObject, dk_log2_index_bytes)"`
		Kind           int64 `c:"offsetof(PyDictKeysObject, dk_kind)"`
		Version        int64 `c:"offsetof(PyDictKeysObject, dk_version)"`
		Usable         int64 `c:"offsetof(PyDictKeysObject, dk_usable)"`
		Entries        int64 `c:"offsetof(PyDictKeysObject, dk_nentries)"`
		Indices        int64 `c:"offsetof(PyDictKeysObject, dk_indices)"`
		KindGeneral    int64 `c:"DICT_KEYS_GENERAL"`
		KindUnicode    int64 `c:"DICT_KEYS_UNICODE"`
		KindSplit      int64 `c:"DICT_KEYS_SPLIT"`
		// Entries of general tables and of tables with str keys only.
		EntrySize    int64 `c:"sizeof(PyDictKeyEntry)"`
		EntryHash    int64 `c:"offsetof(PyDictKeyEntry, me_hash)"`
		EntryKey     int64 `c:"offsetof(PyDictKeyEntry, me_key)"`
		EntryValue   int64 `c:"offsetof(PyDictKeyEntry, me_value)"`
		StrEntrySize int64 `c:"sizeof(PyDictUnicodeEntry)"`
		StrKey       int64 `c:"offsetof(PyDictUnicodeEntry, me_key)"`
		StrValue     int64 `c:"offsetof(PyDictUnicodeEntry, me_value)"`
	}
	// Values is the array of inline or split values.
	Values struct {
		Capacity int64 `c:"offsetof(PyDictValues, capacity)"`
		Size     int64 `c:"offsetof(PyDictValues, size)"`
		Embedded int64 `c:"offsetof(PyDictValues, embedded)"`
		Valid    int64 `c:"offsetof(PyDictValues, valid)"`
		Items    int64 `c:"offsetof(PyDictValues, values)"`
	}
	// Instance offsets are negative: in front of the object.
	Instance struct {
		ManagedDict    int64 `c:"MANAGED_DICT_OFFSET"`
		ManagedWeakref int64 `c:"MANAGED_WEAKREF_OFFSET"`
	}
	Function struct {
		Globals    int64 `c:"offsetof(PyFunctionObject, func_globals)"`
		Builtins   int64 `c:"offsetof(PyFunctionObject, func_builtins)"`
		Code       int64 `c:"offsetof(PyFunctionObject, func_code)"`
		Defaults   int64 `c:"offsetof(PyFunctionObject, func_defaults)"`
		KwDefaults int64 `c:"offsetof(PyFunctionObject, func_kwdefaults)"`
		Closure    int64 `c:"offsetof(PyFunctionObject, func_closure)"`
		Vectorcall int64 `c:"offsetof(PyFunctionObject, vectorcall)"`
		Version    int64 `c:"offsetof(PyFunctionObject, func_version)"`
	}
	Code struct {
		Consts     int64 `c:"offsetof(PyCodeObject, co_consts)"`
		Flags      int64 `c:"offsetof(PyCodeObject, co_flags)"`
		FrameSize  int64 `c:"offsetof(PyCodeObject, co_framesize)"`
		Version    int64 `c:"offsetof(PyCodeObject, co_version)"`
		InstrVer   int64 `c:"offsetof(PyCodeObject, _co_instrumentation_version)"`
		Adaptive   int64 `c:"offsetof(PyCodeObject, co_code_adaptive)"`
		UnitSize   int64 `c:"sizeof(_Py_CODEUNIT)"`
		StackSize  int64 `c:"offsetof(PyCodeObject, co_stacksize)"`
		NumLocals  int64 `c:"offsetof(PyCodeObject, co_nlocalsplus)"`
		FirstTrace int64 `c:"offsetof(PyCodeObject, _co_firsttraceable)"`
	}
	Method struct {
		Func       int64 `c:"offsetof(PyMethodObject, im_func)"`
		Self       int64 `c:"offsetof(PyMethodObject, im_self)"`
		Vectorcall int64 `c:"offsetof(PyMethodObject, vectorcall)"`
		Size       int64 `c:"sizeof(PyMethodObject)"`
	}
	Builtin struct {
		Def        int64 `c:"offsetof(PyCFunctionObject, m_ml)"`
		Self       int64 `c:"offsetof(PyCFunctionObject, m_self)"`
		Module     int64 `c:"offsetof(PyCFunctionObject, m_module)"`
		Vectorcall int64 `c:"offsetof(PyCFunctionObject, vectorcall)"`
		Class      int64 `c:"offsetof(PyCMethodObject, mm_class)"`
	}
	MethodDef struct {
		Func  int64 `c:"offsetof(PyMethodDef, ml_meth)"`
		Flags int64 `c:"offsetof(PyMethodDef, ml_flags)"`
	}
	MethodDescr struct {
		Class      int64 `c:"offsetof(PyMethodDescrObject, d_common.d_type)"`
		Def        int64 `c:"offsetof(PyMethodDescrObject, d_method)"`
		Vectorcall int64 `c:"offsetof(PyMethodDescrObject, vectorcall)"`
	}
	Module struct {
		Dict int64 `c:"offsetof(PyModuleObject, md_dict)"`
	}
	Super struct {
		Size int64 `c:"PySuper_Type.tp_basicsize"`
	}
	Type struct {
		Name             int64 `c:"offsetof(PyTypeObject, tp_name)"`
		BasicSize        int64 `c:"offsetof(PyTypeObject, tp_basicsize)"`
		ItemSize         int64 `c:"offsetof(PyTypeObject, tp_itemsize)"`
		Dealloc          int64 `c:"offsetof(PyTypeObject, tp_dealloc)"`
		VectorcallOffset int64 `c:"offsetof(PyTypeObject, tp_vectorcall_offset)"`
		AsNumber         int64 `c:"offsetof(PyTypeObject, tp_as_number)"`
		AsSequence       int64 `c:"offsetof(PyTypeObject, tp_as_sequence)"`
		AsMapping        int64 `c:"offsetof(PyTypeObject, tp_as_mapping)"`
		Hash             int64 `c:"offsetof(PyTypeObject, tp_hash)"`
		Call             int64 `c:"offsetof(PyTypeObject, tp_call)"`
		GetAttrO         int64 `c:"offsetof(PyTypeObject, tp_getattro)"`
		SetAttrO         int64 `c:"offsetof(PyTypeObject, tp_setattro)"`
		Flags            int64 `c:"offsetof(PyTypeObject, tp_flags)"`
		RichCompare      int64 `c:"offsetof(PyTypeObject, tp_richcompare)"`
		Iter             int64 `c:"offsetof(PyTypeObject, tp_iter)"`
		IterNext         int64 `c:"offsetof(PyTypeObject, tp_iternext)"`
		Base             int64 `c:"offsetof(PyTypeObject, tp_base)"`
		DescrGet         int64 `c:"offsetof(PyTypeObject, tp_descr_get)"`
		DescrSet         int64 `c:"offsetof(PyTypeObject, tp_descr_set)"`
		DictOffset       int64 `c:"offsetof(PyTypeObject, tp_dictoffset)"`
		Init             int64 `c:"offsetof(PyTypeObject, tp_init)"`
		Alloc            int64 `c:"offsetof(PyTypeObject, tp_alloc)"`
		New              int64 `c:"offsetof(PyTypeObject, tp_new)"`
		VersionTag       int64 `c:"offsetof(PyTypeObject, tp_version_tag)"`
		Vectorcall       int64 `c:"offsetof(PyTypeObject, tp_vectorcall)"`
		CachedKeys       int64 `c:"offsetof(PyHeapTypeObject, ht_cached_keys)"`
		// CacheInit is the __init__ that the interpreter caches for CALL.
		CacheInit           int64 `c:"offsetof(PyHeapTypeObject, _spec_cache.init)"`
		CacheGetItem        int64 `c:"offsetof(PyHeapTypeObject, _spec_cache.getitem)"`
		CacheGetItemVersion int64 `c:"offsetof(PyHeapTypeObject, _spec_cache.getitem_version)"`
		NumberBool          int64 `c:"offsetof(PyNumberMethods, nb_bool)"`
		SequenceLength      int64 `c:"offsetof(PySequenceMethods, sq_length)"`
		MappingLength       int64 `c:"offsetof(PyMappingMethods, mp_length)"`
	}
	// TypeFlag holds bits of tp_flags.
	TypeFlag struct {
		InlineValues   int64 `c:"Py_TPFLAGS_INLINE_VALUES"`
		ManagedDict    int64 `c:"Py_TPFLAGS_MANAGED_DICT"`
		ManagedWeakref int64 `c:"Py_TPFLAGS_MANAGED_WEAKREF"`
		Sequence       int64 `c:"Py_TPFLAGS_SEQUENCE"`
		Mapping        int64 `c:"Py_TPFLAGS_MAPPING"`
		Immutable      int64 `c:"Py_TPFLAGS_IMMUTABLETYPE"`
		Heap           int64 `c:"Py_TPFLAGS_HEAPTYPE"`
		BaseType       int64 `c:"Py_TPFLAGS_BASETYPE"`
		Vectorcall     int64 `c:"Py_TPFLAGS_HAVE_VECTORCALL"`
		HaveGC         int64 `c:"Py_TPFLAGS_HAVE_GC"`
		MethodDescr    int64 `c:"Py_TPFLAGS_METHOD_DESCRIPTOR"`
		IsAbstract     int64 `c:"Py_TPFLAGS_IS_ABSTRACT"`
		Int            int64 `c:"Py_TPFLAGS_LONG_SUBCLASS"`
		List           int64 `c:"Py_TPFLAGS_LIST_SUBCLASS"`
		Tuple          int64 `c:"Py_TPFLAGS_TUPLE_SUBCLASS"`
		Bytes          int64 `c:"Py_TPFLAGS_BYTES_SUBCLASS"`
		Str            int64 `c:"Py_TPFLAGS_UNICODE_SUBCLASS"`
		Dict           int64 `c:"Py_TPFLAGS_DICT_SUBCLASS"`
		BaseException  int64 `c:"Py_TPFLAGS_BASE_EXC_SUBCLASS"`
		Type           int64 `c:"Py_TPFLAGS_TYPE_SUBCLASS"`
	}
	Frame struct {
		Executable       int64 `c:"offsetof(_PyInterpreterFrame, f_executable)"`
		Previous         int64 `c:"offsetof(_PyInterpreterFrame, previous)"`
		FuncObj          int64 `c:"offsetof(_PyInterpreterFrame, f_funcobj)"`
		Globals          int64 `c:"offsetof(_PyInterpreterFrame, f_globals)"`
		Builtins         int64 `c:"offsetof(_PyInterpreterFrame, f_builtins)"`
		Locals           int64 `c:"offsetof(_PyInterpreterFrame, f_locals)"`
		FrameObj         int64 `c:"offsetof(_PyInterpreterFrame, frame_obj)"`
		InstrPtr         int64 `c:"offsetof(_PyInterpreterFrame, instr_ptr)"`
		StackPointer     int64 `c:"offsetof(_PyInterpreterFrame, stackpointer)"`
		ReturnOffset     int64 `c:"offsetof(_PyInterpreterFrame, return_offset)"` // 16 bits
		Owner            int64 `c:"offsetof(_PyInterpreterFrame, owner)"`         // 8 bits
		Visited          int64 `c:"offsetof(_PyInterpreterFrame, visited)"`       // 8 bits
		LocalsPlus       int64 `c:"offsetof(_PyInterpreterFrame, localsplus)"`
		OwnedByThread    int64 `c:"FRAME_OWNED_BY_THREAD"`
		OwnedByGenerator int64 `c:"FRAME_OWNED_BY_GENERATOR"`
		// TagBorrowed marks a stack reference that owns nothing; Null is the
		// bit pattern of an empty slot.
		TagBorrowed int64 `c:"Py_TAG_REFCNT"`
		Null        int64 `c:"(int64_t)PyStackRef_NULL.bits"`
	}
	Thread struct {
		Interp            int64 `c:"offsetof(PyThreadState, interp)"`
		EvalBreaker       int64 `c:"offsetof(PyThreadState, eval_breaker)"`
		RecursionLeft     int64 `c:"offsetof(PyThreadState, py_recursion_remaining)"` // 32 bits
		Tracing           int64 `c:"offsetof(PyThreadState, tracing)"`
		CurrentFrame      int64 `c:"offsetof(PyThreadState, current_frame)"`
		CurrentException  int64 `c:"offsetof(PyThreadState, current_exception)"`
		ExcInfo           int64 `c:"offsetof(PyThreadState, exc_info)"`
		DataStackTop      int64 `c:"offsetof(PyThreadState, datastack_top)"`
		DataStackLimit    int64 `c:"offsetof(PyThreadState, datastack_limit)"`
		DataStackChunk    int64 `c:"offsetof(PyThreadState, datastack_chunk)"`
		StackSoftLimit    int64 `c:"offsetof(_PyThreadStateImpl, c_stack_soft_limit)"`
		BreakerEventsMask int64 `c:"_PY_EVAL_EVENTS_MASK"`
		// ExcValue and ExcPrevious are fields of what ExcInfo points to.
		ExcValue    int64 `c:"offsetof(_PyErr_StackItem, exc_value)"`
		ExcPrevious int64 `c:"offsetof(_PyErr_StackItem, previous_item)"`
	}
	// Freelist offsets are relative to the interpreter state, whose address is
	// a relocation. Each list has a head pointer and a count; objects are
	// linked through their first word.
	Freelist struct {
		Head       int64 `c:"offsetof(struct _Py_freelist, freelist)"`
		Count      int64 `c:"offsetof(struct _Py_freelist, size)"`
		Floats     int64 `c:"CJ_FREELIST(floats)"`
		Ints       int64 `c:"CJ_FREELIST(ints)"`
		Tuples     int64 `c:"CJ_FREELIST(tuples)"` // one list a size, from size 1
		TupleSizes int64 `c:"PyTuple_MAXSAVESIZE"`
		Stride     int64 `c:"sizeof(struct _Py_freelist)"`
		Lists      int64 `c:"CJ_FREELIST(lists)"`
		ListIters  int64 `c:"CJ_FREELIST(list_iters)"`
		TupleIters int64 `c:"CJ_FREELIST(tuple_iters)"`
		Dicts      int64 `c:"CJ_FREELIST(dicts)"`
		Slices     int64 `c:"CJ_FREELIST(slices)"`
		Ranges     int64 `c:"CJ_FREELIST(ranges)"`
		RangeIters int64 `c:"CJ_FREELIST(range_iters)"`
		Methods    int64 `c:"CJ_FREELIST(pymethodobjects)"`
		FloatsMax  int64 `c:"Py_floats_MAXFREELIST"`
		IntsMax    int64 `c:"Py_ints_MAXFREELIST"`
	}
	Interp struct {
		Builtins  int64 `c:"offsetof(PyInterpreterState, builtins)"`
		GCEnabled int64 `c:"offsetof(PyInterpreterState, gc.enabled)"`
		EvalFrame int64 `c:"offsetof(PyInterpreterState, eval_frame)"`
	}
	Gen struct {
		ExcState   int64 `c:"offsetof(PyGenObject, gi_exc_state)"`
		FrameState int64 `c:"offsetof(PyGenObject, gi_frame_state)"`
		Frame      int64 `c:"offsetof(PyGenObject, gi_iframe)"`
		Created    int64 `c:"FRAME_CREATED"`
		Suspended  int64 `c:"FRAME_SUSPENDED"`
		YieldFrom  int64 `c:"FRAME_SUSPENDED_YIELD_FROM"`
		Executing  int64 `c:"FRAME_EXECUTING"`
		Completed  int64 `c:"FRAME_COMPLETED"`
		Cleared    int64 `c:"FRAME_CLEARED"`
	}
	// CJCode is the C side's record of compilable code.
	CJCode struct {
		Direct     int64 `c:"offsetof(CJCode, direct_entry)"`
		Vectorcall int64 `c:"offsetof(CJCode, vectorcall_entry)"`
	}
}
