#include "address_table.h"

#include <stdbool.h>
#include <stdlib.h>

_Static_assert(sizeof(CJSlot) == 16, "begin gives multiples of 16");

enum { FIRST_SLOTS = 1024 };

CJSlot cj_free_slot;
CJAddressTable cj_code_table = CJ_EMPTY_TABLE;

static CJSlot *
slot_at(const CJAddressTable *table, uint64_t offset)
{
    return (CJSlot *)((char *)table->slots + (offset & table->mask));
}

/* The slot that has the object, or the free one where it belongs. */
static uint64_t
find(const CJAddressTable *table, const void *object)
{
    uint64_t at = cj_table_begin(object, table->mask);
    while (slot_at(table, at)->object != object && slot_at(table, at)->object != NULL) {
        at = (at + sizeof(CJSlot)) & table->mask;
    }
    return at;
}

static size_t
capacity(const CJAddressTable *table)
{
    return table->mask / sizeof(CJSlot) + 1;
}

/* Makes room for one more. */
static int
grow(CJAddressTable *table)
{
    const bool empty = table->slots == &cj_free_slot;
    size_t slots = empty ? FIRST_SLOTS : capacity(table) * 2;
    CJAddressTable larger = {calloc(slots, sizeof(CJSlot)), (slots - 1) * sizeof(CJSlot), table->entered};
    if (larger.slots == NULL) {
        return -1;
    }
    for (size_t i = 0; i < capacity(table); i++) {
        const CJSlot *slot = &table->slots[i];
        if (slot->object != NULL) {
            *slot_at(&larger, find(&larger, slot->object)) = *slot;
        }
    }
    if (!empty) {
        free(table->slots);
    }
    *table = larger;
    return 0;
}

int
cj_table_add(CJAddressTable *table, const void *object, void *data)
{
    if ((table->entered + 1) * 2 > capacity(table) && grow(table) < 0) {
        return -1;
    }
    table->entered++;
    *slot_at(table, find(table, object)) = (CJSlot){object, data};
    return 0;
}

void *
cj_table_remove(CJAddressTable *table, const void *object)
{
    uint64_t hole = find(table, object);
    if (slot_at(table, hole)->object == NULL) {
        return NULL;
    }
    void *data = slot_at(table, hole)->data;
    table->entered--;
    /* Those behind it move up where their search would end at the hole. */
    for (uint64_t at = hole;;) {
        at = (at + sizeof(CJSlot)) & table->mask;
        CJSlot *slot = slot_at(table, at);
        if (slot->object == NULL) {
            break;
        }
        uint64_t begin = cj_table_begin(slot->object, table->mask);
        if (((at - begin) & table->mask) >= ((at - hole) & table->mask)) {
            *slot_at(table, hole) = *slot;
            hole = at;
        }
    }
    *slot_at(table, hole) = (CJSlot){0};
    return data;
}
