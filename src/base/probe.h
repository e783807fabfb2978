/*
 * base/probe.h: places at which bpftrace, perf and SystemTap can stop by name: PROBE(task_run, id).
 *
 * A probe is a nop, and a note in the file (readelf -n) that says where it is and where its
 * arguments are found: in memory, at an address that the code has anyway. So they are only read when
 * somebody asks. The format is that of SystemTap's <sys/sdt.h>, which needn't be there.
 */
#ifndef BASE_PROBE_H
#define BASE_PROBE_H

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(EDO_MODEL)

#define PROBE_NOTE_(name, arguments)                                                               \
    "990: nop\n"                                                                                   \
    ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                   \
    ".balign 4\n"                                                                                  \
    ".4byte 992f-991f, 994f-993f, 3\n"                                                             \
    "991: .asciz \"stapsdt\"\n"                                                                    \
    "992: .balign 4\n"                                                                             \
    "993: .8byte 990b\n"                                                                           \
    ".8byte _.stapsdt.base\n"                                                                      \
    ".8byte 0\n"                                                                                   \
    ".asciz \"edo\"\n"                                                                             \
    ".asciz \"" name "\"\n"                                                                        \
    ".asciz \"" arguments "\"\n"                                                                   \
    "994: .balign 4\n"                                                                             \
    ".popsection\n"                                                                                \
    ".ifndef _.stapsdt.base\n"                                                                     \
    ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"                        \
    ".weak _.stapsdt.base\n"                                                                       \
    ".hidden _.stapsdt.base\n"                                                                     \
    "_.stapsdt.base: .space 1\n"                                                                   \
    ".size _.stapsdt.base, 1\n"                                                                    \
    ".popsection\n"                                                                                \
    ".endif\n"

/* Of one or two variables of 8 bytes. */
#define PROBE(name, a) __asm__ volatile(PROBE_NOTE_(#name, "8@%0") : : "m"(a))
#define PROBE2(name, a, b) __asm__ volatile(PROBE_NOTE_(#name, "8@%0 8@%1") : : "m"(a), "m"(b))

#else
#define PROBE(name, a) ((void)0)
#define PROBE2(name, a, b) ((void)0)
#endif

#endif
