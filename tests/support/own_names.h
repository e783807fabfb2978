/* own_names.h: names that only the test knows, and a name server of its own. */
#ifndef TESTS_OWN_NAMES_H
#define TESTS_OWN_NAMES_H

/*
 * In a network of the test's own (own_network): the resolver reads `hosts` as /etc/hosts from here on, and asks
 * a name server on the loopback interface that denies every name. Skips where the system doesn't allow it.
 */
void own_names(const char *hosts);
#define OWN_NAMES_SKIP "no mounts of the test's own here"
/* How often the name server was asked. */
unsigned own_names_asked(void);

#endif
