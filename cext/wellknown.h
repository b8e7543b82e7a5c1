/* Objects that have the same id in every snapshot, in the order of their ids,
   which start at 1. jit/snapshot/wellknown.go has the same list; a test there
   compares the two.

   X(name, expression of type PyObject * or PyTypeObject *)

   The expressions are evaluated with the GIL held, in the main interpreter.
   After these come the small ints, in the order of their values. */
#ifndef CJ_WELLKNOWN_H
#define CJ_WELLKNOWN_H

#define CJ_CALLABLE(name) (_PyInterpreterState_GET()->callable_cache.name)
#define CJ_COMMON(index) (_PyInterpreterState_GET()->common_consts[index])
#define CJ_EMPTY_TUPLE ((PyObject *)&_Py_SINGLETON(tuple_empty))
#define CJ_EMPTY_STR ((PyObject *)&_Py_STR(empty))

#define CJ_WELL_KNOWN(X) \
    X("None", Py_None) \
    X("True", Py_True) \
    X("False", Py_False) \
    X("Ellipsis", Py_Ellipsis) \
    X("NotImplemented", Py_NotImplemented) \
    X("object", &PyBaseObject_Type) \
    X("type", &PyType_Type) \
    X("int", &PyLong_Type) \
    X("bool", &PyBool_Type) \
    X("float", &PyFloat_Type) \
    X("complex", &PyComplex_Type) \
    X("str", &PyUnicode_Type) \
    X("bytes", &PyBytes_Type) \
    X("bytearray", &PyByteArray_Type) \
    X("memoryview", &PyMemoryView_Type) \
    X("tuple", &PyTuple_Type) \
    X("list", &PyList_Type) \
    X("dict", &PyDict_Type) \
    X("set", &PySet_Type) \
    X("frozenset", &PyFrozenSet_Type) \
    X("range", &PyRange_Type) \
    X("slice", &PySlice_Type) \
    X("function", &PyFunction_Type) \
    X("method", &PyMethod_Type) \
    X("builtin_function_or_method", &PyCFunction_Type) \
    X("method_descriptor", &PyMethodDescr_Type) \
    X("classmethod_descriptor", &PyClassMethodDescr_Type) \
    X("wrapper_descriptor", &PyWrapperDescr_Type) \
    X("member_descriptor", &PyMemberDescr_Type) \
    X("getset_descriptor", &PyGetSetDescr_Type) \
    X("classmethod", &PyClassMethod_Type) \
    X("staticmethod", &PyStaticMethod_Type) \
    X("property", &PyProperty_Type) \
    X("super", &PySuper_Type) \
    X("module", &PyModule_Type) \
    X("cell", &PyCell_Type) \
    X("code", &PyCode_Type) \
    X("frame", &PyFrame_Type) \
    X("traceback", &PyTraceBack_Type) \
    X("NoneType", Py_TYPE(Py_None)) \
    X("ellipsis", Py_TYPE(Py_Ellipsis)) \
    X("NotImplementedType", Py_TYPE(Py_NotImplemented)) \
    X("list_iterator", &PyListIter_Type) \
    X("tuple_iterator", &PyTupleIter_Type) \
    X("range_iterator", &PyRangeIter_Type) \
    X("longrange_iterator", &PyLongRangeIter_Type) \
    X("str_iterator", &PyUnicodeIter_Type) \
    X("bytes_iterator", &PyBytesIter_Type) \
    X("set_iterator", &PySetIter_Type) \
    X("dict_keys", &PyDictKeys_Type) \
    X("dict_values", &PyDictValues_Type) \
    X("dict_items", &PyDictItems_Type) \
    X("dict_keyiterator", &PyDictIterKey_Type) \
    X("dict_valueiterator", &PyDictIterValue_Type) \
    X("dict_itemiterator", &PyDictIterItem_Type) \
    X("enumerate", &PyEnum_Type) \
    X("zip", &PyZip_Type) \
    X("map", &PyMap_Type) \
    X("filter", &PyFilter_Type) \
    X("reversed", &PyReversed_Type) \
    X("list_reverseiterator", &PyListRevIter_Type) \
    X("generator", &PyGen_Type) \
    X("coroutine", &PyCoro_Type) \
    X("async_generator", &PyAsyncGen_Type) \
    X("BaseException", PyExc_BaseException) \
    X("Exception", PyExc_Exception) \
    X("StopIteration", PyExc_StopIteration) \
    X("StopAsyncIteration", PyExc_StopAsyncIteration) \
    X("AssertionError", PyExc_AssertionError) \
    X("NotImplementedError", PyExc_NotImplementedError) \
    X("NameError", PyExc_NameError) \
    X("UnboundLocalError", PyExc_UnboundLocalError) \
    X("TypeError", PyExc_TypeError) \
    X("ValueError", PyExc_ValueError) \
    X("KeyError", PyExc_KeyError) \
    X("IndexError", PyExc_IndexError) \
    X("AttributeError", PyExc_AttributeError) \
    X("ZeroDivisionError", PyExc_ZeroDivisionError) \
    X("OverflowError", PyExc_OverflowError) \
    X("RuntimeError", PyExc_RuntimeError) \
    X("GeneratorExit", PyExc_GeneratorExit) \
    X("LookupError", PyExc_LookupError) \
    X("ArithmeticError", PyExc_ArithmeticError) \
    X("len", CJ_CALLABLE(len)) \
    X("isinstance", CJ_CALLABLE(isinstance)) \
    X("list.append", CJ_CALLABLE(list_append)) \
    X("object.__getattribute__", CJ_CALLABLE(object__getattribute__)) \
    X("all", CJ_COMMON(CONSTANT_BUILTIN_ALL)) \
    X("any", CJ_COMMON(CONSTANT_BUILTIN_ANY)) \
    X("empty_tuple", CJ_EMPTY_TUPLE) \
    X("empty_str", CJ_EMPTY_STR)

#endif
