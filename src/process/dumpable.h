/* process/dumpable.h: a child that changes who it is in our memory takes the dumpable flag from it. */
#ifndef PROCESS_DUMPABLE_H
#define PROCESS_DUMPABLE_H

/* Around the time in which such a child shares it: afterwards the flag is as it was. */
void dumpable_lend(void);
void dumpable_take_back(void);

#endif
