/* Notice of instances that are given another class. */
#ifndef CJ_CLASS_ASSIGNMENT_H
#define CJ_CLASS_ASSIGNMENT_H

/* From now on assignments of __class__ are noticed. Returns 0, or -1 with an exception. */
int cj_class_assignment_start(void);

#endif
