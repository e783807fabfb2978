/* edo/config.h: how this libedo was built. Written by CMake. */
#ifndef EDO_CONFIG_H
#define EDO_CONFIG_H

#define EDO_VERSION_MAJOR 0
#define EDO_VERSION_MINOR 1
#define EDO_VERSION_PATCH 0
#define EDO_VERSION "0.1.0"

/** 1 in a libedo that looks for misuse and explains it on stderr (presets debug, asan, tsan). */
#define EDO_DEBUG 0

#endif
