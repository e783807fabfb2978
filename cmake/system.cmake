# Ends the configuration with a sentence where edo can't run.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "edo runs on Linux only; this system is ${CMAKE_SYSTEM_NAME}.")
endif()
if(NOT CMAKE_CROSSCOMPILING AND CMAKE_HOST_SYSTEM_VERSION VERSION_LESS 5.11)
    message(FATAL_ERROR "edo needs Linux 5.11 or newer; this kernel is ${CMAKE_HOST_SYSTEM_VERSION}.")
endif()
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
    message(FATAL_ERROR "edo needs a 64-bit system; this compiler makes 32-bit programs.")
endif()
if(NOT EDO_UCONTEXT AND NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|aarch64|arm64)$")
    message(FATAL_ERROR "edo has no context switch for ${CMAKE_SYSTEM_PROCESSOR} yet; "
        "configure with -DEDO_UCONTEXT=ON to use the system's (slower) one.")
endif()
if(EDO_SANITIZE MATCHES "thread" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ThreadSanitizer needs clang here: gcc's dies at 8,128 tasks. "
        "Configure with -DCMAKE_C_COMPILER=clang.")
endif()
