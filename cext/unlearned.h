/* Generic helpers for code that has been compiled before it ran: they count what they are called for, see sightings.h. */
#ifndef CJ_UNLEARNED_H
#define CJ_UNLEARNED_H

/* The counting twin of a helper, by the address of the helper; the helper itself if it has none. */
void *cj_unlearned_helper(void *helper);

#endif
