# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
# Options for the app that `make run` starts: make run ARGS="--http-socket :9090"
ARGS ?=
# How long `make fuzz` runs, in seconds.
FUZZ_SECONDS ?= 60
# How long `make soak` loads, in seconds.
SOAK_SECONDS ?= 3600
# Other targets that `make test` counts as a test each: make test CHECKS="lint fuzz"
CHECKS ?=

BUILD_NEEDS := pkg-config:pkg-config pc/libevent_core:libevent-dev pc/libevent_extra:libevent-dev pc/openssl:libssl-dev \
    pc/zlib:zlib1g-dev
TEST_NEEDS := py/ensurepip:python3-venv curl:curl wrk:wrk \
    nginx:nginx-light zsh:zsh fish:fish slowhttptest:slowhttptest groff:groff man:man-db \
    /usr/share/bash-completion/bash_completion:bash-completion \
    pc/libpq:libpq-dev pc/hiredis:libhiredis-dev pc/librabbitmq:librabbitmq-dev pc/libstrophe:libstrophe-dev \
    pc/libcurl:libcurl4-openssl-dev \
    pg_ctlcluster:postgresql redis-server:redis-server rabbitmq-server:rabbitmq-server prosody:prosody \
    dnsmasq:dnsmasq-base ip:iproute2 openssl:openssl
BENCH_NEEDS := python3:python3 wrk:wrk cc:gcc taskset:util-linux
BENCH_EXTRAS := nginx:nginx-light slowhttptest:slowhttptest valgrind:valgrind \
    /usr/lib/uwsgi/plugins/python3_plugin.so:uwsgi-plugin-python3 \
    /usr/lib/uwsgi/plugins/tornado_python3_plugin.so:uwsgi-plugin-tornado-python3 \
    /usr/lib/uwsgi/plugins/greenlet_python3_plugin.so:uwsgi-plugin-greenlet-python3 \
    /usr/lib/python3/dist-packages/tornado:python3-tornado py/ensurepip:python3-venv \
    /usr/include/boost/context/fiber.hpp:libboost-context-dev /usr/include/st.h:libst-dev \
    /usr/lib/python3/dist-packages/gevent:python3-gevent /usr/include/libwebsockets.h:libwebsockets-dev \
    /usr/include/openssl/ssl.h:libssl-dev openssl:openssl

# Which examples there are depends on the libraries that are installed; SwiftPM would keep what it once found.
ANEW := --manifest-cache none

SOURCES := Package.swift Sources Tests Examples Benchmarks
RELEASE := .build/release/gtornado
MAN := $(DESTDIR)$(PREFIX)/share/man/man1
BASH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Debian's zsh looks for packages' completions in /usr, and for the machine's own in /usr/local.
ZSH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
FISH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: help run build test fuzz soak tsan asan bench bench-soak install uninstall docs format lint clean needs swift

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: build ## Install what is missing, build, and serve the hello example
	exec $(RELEASE) run $(ARGS) Examples/.build/release/libhello.so

build: needs ## Build gtornado and the examples (release)
	swift build -c release --product gtornado
	swift build -c release --package-path Examples $(ANEW)

needs: swift
	@.ci/need $(BUILD_NEEDS)

swift:
	@command -v swift >/dev/null || { \
	    echo "There is no Swift toolchain in PATH. Install Swift 6.3 or later: https://www.swift.org/install" >&2; exit 1; }

test: needs ## Install what tests need, build, and run every test
	@.ci/need python3:python3
	@.ci/need --optional $(TEST_NEEDS)
	@Tests/Scripts/run $(CHECKS)

fuzz: needs ## Fuzz the HTTP codec for a minute, from the kept corpus
	Tests/Fuzz/run $(FUZZ_SECONDS)

soak: needs ## Mixed load for an hour, then the count of what is left (SOAK_SECONDS=)
	swift build --product gtornado
	swift build --package-path Tests/Fixtures --product soakapp
	Tests/Soak/run $(SOAK_SECONDS)

tsan: needs ## Greenlets' tests under ThreadSanitizer, in a build of its own; fails on a report
	Tests/Sanitizers/run thread

asan: needs ## The same under AddressSanitizer
	Tests/Sanitizers/run address

bench: needs ## Measure gtornado beside other servers (ARGS are the options of Benchmarks/bench)
	@.ci/need $(BENCH_NEEDS)
	@.ci/need --optional $(BENCH_EXTRAS)
	Benchmarks/bench $(ARGS)

bench-soak: needs ## Ten million requests: the memory must not grow
	@.ci/need $(BENCH_NEEDS)
	Benchmarks/bench --only soak --requests 10000000 $(ARGS)

install: ## Install the binary, man pages and completions under PREFIX
	@test -x $(RELEASE) || { echo "$(RELEASE) is not there: run make build first, as yourself" >&2; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(MAN) $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS)
	install -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/gtornado
	install -m 644 man/*.1 $(MAN)/
	install -m 644 completions/gtornado.bash $(BASH_COMPLETIONS)/gtornado
	install -m 644 completions/_gtornado $(ZSH_COMPLETIONS)/_gtornado
	install -m 644 completions/gtornado.fish $(FISH_COMPLETIONS)/gtornado.fish

uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/gtornado $(addprefix $(MAN)/,$(notdir $(wildcard man/*.1)))
	rm -f $(BASH_COMPLETIONS)/gtornado $(ZSH_COMPLETIONS)/_gtornado $(FISH_COMPLETIONS)/gtornado.fish

docs: needs ## Regenerate the man pages and completions
	swift build --product gtornado
	.build/debug/gtornado generate .

format: swift ## Format every Swift file
	swift format --in-place --parallel --recursive --configuration .swift-format $(SOURCES)

lint: swift ## Check the form of every Swift file
	swift format lint --strict --parallel --recursive --configuration .swift-format $(SOURCES)

clean: ## Remove everything that was built
	rm -rf .build Examples/.build Tests/Fixtures/.build Tests/Fuzz/.build
	rm -rf Benchmarks/.build Benchmarks/apps/.build Benchmarks/hummingbird-hello/.build
	rm -rf Benchmarks/async-http-client-load/.build
