/* Whether an object's constants are its own or those of what it watches. */
#ifndef CJ_KEEP_H
#define CJ_KEEP_H

#include "object.h"

/* Gives up the references to constants that a watched namespace or class holds as long as the object is
 * valid. Only for an object whose dependencies are watched. */
void cj_keep_loosely(CJObject *object);

/* Takes them again, before what is watched changes. Runs no code. */
void cj_keep_firmly(CJObject *object);

/* Whether there are references of the object to what can have a destructor, or is in a cycle. */
bool cj_keeps_any(const CJObject *object);

/* Drops all references to constants. */
void cj_keep_nothing(CJObject *object);

#endif
