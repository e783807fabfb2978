# A short way to the usual commands; CMake does the building. Presets: see CMakePresets.json.

ifneq ($(shell command -v ninja),)
export CMAKE_GENERATOR ?= Ninja
endif
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
T ?=
B ?=
ROUNDS ?= 5
MINUTES ?= 60
PAUSE ?= 0
SECONDS ?= 20
SAMPLE ?= 60
SEED ?= 1
TESTS ?=
ARGS ?=
F ?=

# Builds a preset: $(call build,preset,what else cmake --build takes)
build = cmake --preset $(1) $(CONFIGURE) >/dev/null && cmake --build build/$(1) -j $(JOBS) $(2)

.PHONY: help run test soak asan tsan ucontext bench faults fuzz mutate model aarch64 lto valgrind lint format install clean

help:
	@echo "make run        build and run the demonstration (ARGS='serve 127.0.0.1:7007')"
	@echo "make test       build and run the tests (T=sync/latch: one program)"
	@echo "make fuzz       any text as an address or a name, for a while (SECONDS=20)"
	@echo "make faults     each call of libc fails once in each scenario"
	@echo "make mutate     F=sync: small defects, one by one, that its tests should notice (SAMPLE=60 SEED=1)"
	@echo "make valgrind   the core's tests under memcheck"
	@echo "make soak       the stress tests, 200 times; then an hour of everything (MINUTES=60)"
	@echo "make asan tsan ucontext   the tests in that build"
	@echo "make bench      edo beside its peers (B=yield1,tcp_echo: some; ROUNDS=5)"
	@echo "make model      the protocols in every order, by the model checker (T=run_queue: one)"
	@echo "make aarch64    cross-built, the core's tests under qemu-user"
	@echo "make lto        optimized as a whole by gcc and clang; no thread-local address is kept"
	@echo "make lint       what can be checked without running"
	@echo "make install    PREFIX=/usr/local, DESTDIR="

run:
	@tools/setup run
	@$(call build,release,--target edo-demo)
	@build/release/edo-demo $(ARGS)

test:
	@tools/setup test
	@$(call build,release)
	@$(call build,debug)
	@tools/test-matrix $(T)

faults:
	@tools/setup test
	@$(call build,debug,--target edo-faults)
	@$(call build,asan,--target edo-faults)
	@tools/test-faults build/debug build/asan

fuzz:
	@tools/setup fuzz
	@tools/fuzz $(SECONDS) $(T)

mutate:
	@tools/setup test
	@tools/mutate "$(F)" --sample $(SAMPLE) --seed $(SEED) --tests "$(TESTS)" --jobs $(JOBS)

valgrind:
	@tools/setup valgrind
	@$(call build,release)
	@tools/test-valgrind $(T)

soak:
	@tools/setup test
	@$(call build,debug)
	@$(call build,release,--target edo-soak)
	@tools/soak build/debug build/release $(MINUTES) $(PAUSE)

asan tsan ucontext:
	@tools/setup $@
	@$(call build,$@)
	@tools/test-sanitized $@ $(T)

bench:
	@tools/setup bench
	@$(call build,release)
	@tools/bench --rounds $(ROUNDS) --only "$(B)"

model:
	@tools/setup run
	@$(call build,model)
	@tools/test-model $(T)

aarch64:
	@tools/setup $@
	@tools/fetch-foreign arm64 build/aarch64-root libcmocka0 libcmocka-dev
	@$(call build,aarch64)
	@$(call build,aarch64-signed)
	@tools/test-sanitized $@ $(T)

# Each program takes seconds to link; these stand for the rest.
LTO_TESTS = $(subst /,-,$(basename $(wildcard $(addprefix tests/,$(addsuffix /*_test.c,$(LTO_FOLDERS))))))
LTO_FOLDERS = context sched task
lto:
	@tools/setup $@
	@$(call build,lto,--target edo edo-shared edo-test $(LTO_TESTS))
	@$(call build,lto-clang,--target edo edo-shared edo-test $(LTO_TESTS))
	@tools/test-lto $(LTO_FOLDERS)

lint:
	@tools/setup lint
	@$(call build,release)
	@tools/lint build/release
	@tools/check-names build/release/libedo.a build/release/libedo-test.a build/release/libedo.so
	@tools/check-tls build/release/libedo.so

format:
	@tools/setup lint
	@tools/lint --format

install:
	@tools/setup run
	@$(call build,release,--target edo edo-shared edo-test)
	@DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

clean:
	@rm -rf build
