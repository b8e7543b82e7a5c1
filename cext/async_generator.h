/* Resuming asynchronous generators: their asend objects run them on from inside of CPython. */
#ifndef CJ_ASYNC_GENERATOR_H
#define CJ_ASYNC_GENERATOR_H

/* Lets what awaits an asend object come to compiled code. Called when the first asynchronous generator's code is
 * installed, any number of times. Does nothing where the interpreter's asend objects are not what is expected. */
void cj_async_generators_start(void);

#endif
