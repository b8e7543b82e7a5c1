#include "code_table.h"

#include <stdlib.h>

_Static_assert(sizeof(CJCodeSlot) == 16, "begin gives multiples of 16");

enum { FIRST_SLOTS = 1024 };

/* Until code is entered, one free slot is the table. */
static CJCodeSlot none;
CJCodeTable cj_code_table = {.slots = &none, .mask = 0};
static size_t entered;

static CJCodeSlot *
slot_at(const CJCodeTable *table, uint64_t offset)
{
    return (CJCodeSlot *)((char *)table->slots + (offset & table->mask));
}

/* The slot that has the code object, or the free one where it belongs. */
static uint64_t
find(const CJCodeTable *table, const PyCodeObject *code)
{
    uint64_t at = cj_code_table_begin(code, table->mask);
    while (slot_at(table, at)->code != code && slot_at(table, at)->code != NULL) {
        at = (at + sizeof(CJCodeSlot)) & table->mask;
    }
    return at;
}

static size_t
capacity(const CJCodeTable *table)
{
    return table->mask / sizeof(CJCodeSlot) + 1;
}

/* Makes room for one more. */
static int
grow(void)
{
    size_t slots = cj_code_table.slots == &none ? FIRST_SLOTS : capacity(&cj_code_table) * 2;
    CJCodeTable larger = {.slots = calloc(slots, sizeof(CJCodeSlot)), .mask = (slots - 1) * sizeof(CJCodeSlot)};
    if (larger.slots == NULL) {
        return -1;
    }
    for (size_t i = 0; i < capacity(&cj_code_table); i++) {
        const CJCodeSlot *slot = &cj_code_table.slots[i];
        if (slot->code != NULL) {
            *slot_at(&larger, find(&larger, slot->code)) = *slot;
        }
    }
    if (cj_code_table.slots != &none) {
        free(cj_code_table.slots);
    }
    cj_code_table = larger;
    return 0;
}

int
cj_code_table_add(PyCodeObject *code, void *data)
{
    if ((entered + 1) * 2 > capacity(&cj_code_table) && grow() < 0) {
        return -1;
    }
    entered++;
    *slot_at(&cj_code_table, find(&cj_code_table, code)) = (CJCodeSlot){.code = code, .data = data};
    return 0;
}

void *
cj_code_table_remove(const PyCodeObject *code)
{
    CJCodeTable *table = &cj_code_table;
    uint64_t hole = find(table, code);
    if (slot_at(table, hole)->code == NULL) {
        return NULL;
    }
    void *data = slot_at(table, hole)->data;
    entered--;
    /* Those behind it move up where their search would end at the hole. */
    for (uint64_t at = hole;;) {
        at = (at + sizeof(CJCodeSlot)) & table->mask;
        CJCodeSlot *slot = slot_at(table, at);
        if (slot->code == NULL) {
            break;
        }
        uint64_t begin = cj_code_table_begin(slot->code, table->mask);
        if (((at - begin) & table->mask) >= ((at - hole) & table->mask)) {
            *slot_at(table, hole) = *slot;
            hole = at;
        }
    }
    *slot_at(table, hole) = (CJCodeSlot){0};
    return data;
}
