function __gtornado_plugins
    set -l token (commandline -t)
    for file in $token*.so $token*.so.*
        printf '%s\n' $file
    end
    __fish_complete_directories $token ''
end

function __gtornado_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __gtornado_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __gtornado_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __gtornado_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __gtornado_parse_tokens -S
    set -l unparsed_tokens (__gtornado_tokens -pc)
    switch $unparsed_tokens[1]
    case 'gtornado'
        __gtornado_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __gtornado_parse_subcommand -r 2 'b/http-socket=+' 'tls-cert=+' 'tls-key=+' 'tls-ca=' 'tls-verify=' 'tls-min=' 'patch=+' 'no-patch=+' 'ioloop' 'no-ioloop' 'concurrency' 'no-concurrency' 'no-httpserver' 'no-greenlet' 'no-socket' 'no-select' 'no-time' 'no-dns' 'no-subprocess' 'no-signal' 'httpserver=' 'libevent-method=' 'graceful-timeout=' 'greenlet' 'cores=' 'when-full=' 'stack-size=' 'resolver=' 'max-blocking-time=' 'max-memory=' 'debug-locks' 'no-debug-locks' 'run-info-signal=' 'log-level=' 'log-format=' 'verbose' 'no-verbose' 'version' 'h/help'
        case 'patch'
            __gtornado_parse_subcommand 1 'list' 'json' 'version' 'h/help'
        case 'check'
            __gtornado_parse_subcommand 1 'version' 'h/help'
        case 'completions'
            __gtornado_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'install'
                __gtornado_parse_subcommand 1 'print' 'version' 'h/help'
            end
        case 'help'
            __gtornado_parse_subcommand -r 1 'version'
        end
    end
end

function __gtornado_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __gtornado_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __gtornado_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __gtornado_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__gtornado_tokens -p)
    if test -z "$(__gtornado_tokens -t)"
        set -l index (count (__gtornado_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'gtornado' -f
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado" -eq 1' -fa 'run' -d 'Run a plugin.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado" -eq 1' -fa 'patch' -d 'List what can be patched.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado" -eq 1' -fa 'check' -d 'Check a plugin without running it.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado" -eq 1' -fa 'completions' -d 'Install shell completions.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run"' -l 'http-socket' -s 'b' -d 'Listen here, in place of the app\'s own first address: :9090, host:port, [::1]:80, unix:/path or fd://3; port 0 takes a free one. Can be given several times; the variable has commas between. [env: GTORNADO_HTTP_SOCKET]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run"' -l 'tls-cert' -d 'Speak TLS with this certificate, PEM, the server\'s own first and then the chain; this and the options below replace what the app says of TLS. Can be given several times, and clients choose by the name that they ask for; the variable has commas between. SIGHUP has the files read again. [env: GTORNADO_TLS_CERT]' -rF
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run"' -l 'tls-key' -d 'The certificate\'s private key, PEM; not needed if it is in the certificate\'s file. With several certificates, as many, in the same order. [env: GTORNADO_TLS_KEY]' -rF
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" tls-ca' -l 'tls-ca' -d 'Who has to have signed clients\' certificates, PEM. [env: GTORNADO_TLS_CA]' -rF
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" tls-verify' -l 'tls-verify' -d 'Clients\' certificates: do not ask (none), refuse bad ones (optional), refuse bad ones and none (required). [env: GTORNADO_TLS_VERIFY] [default: none]' -rfka 'none optional required'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" tls-min' -l 'tls-min' -d 'The oldest version of TLS to speak. [env: GTORNADO_TLS_MIN] [default: 1.2]' -rfka '1.2 1.3'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run"' -l 'patch' -d 'Apply only these patches. \'file\' alone is added to the usual ones. [env: GTORNADO_PATCH]' -rfka 'ioloop httpserver concurrency greenlet socket select time dns subprocess signal file'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run"' -l 'no-patch' -d 'Apply the usual patches but these. [env: GTORNADO_NO_PATCH]' -rfka 'ioloop httpserver concurrency greenlet socket select time dns subprocess signal file'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" ioloop' -l 'ioloop' -d 'Patch the event loop and only what else is selected, or leave it alone. [env: GTORNADO_IOLOOP]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-ioloop' -l 'no-ioloop' -d 'Patch the event loop and only what else is selected, or leave it alone. [env: GTORNADO_IOLOOP]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" concurrency' -l 'concurrency' -d 'Move Swift\'s tasks to the loop and patch only what else is selected, or leave them alone. [env: GTORNADO_CONCURRENCY]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-concurrency' -l 'no-concurrency' -d 'Move Swift\'s tasks to the loop and patch only what else is selected, or leave them alone. [env: GTORNADO_CONCURRENCY]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-httpserver' -l 'no-httpserver' -d 'Leave the app\'s own HTTP server alone. [env: GTORNADO_NO_HTTPSERVER]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-greenlet' -l 'no-greenlet' -d 'No greenlets; all of the following must be left alone too. [env: GTORNADO_NO_GREENLET]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-socket' -l 'no-socket' -d 'Leave recv, send, connect and the like alone. [env: GTORNADO_NO_SOCKET]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-select' -l 'no-select' -d 'Leave poll, select and epoll_wait alone. [env: GTORNADO_NO_SELECT]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-time' -l 'no-time' -d 'Leave sleep and the like alone. [env: GTORNADO_NO_TIME]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-dns' -l 'no-dns' -d 'Leave getaddrinfo and the like alone. [env: GTORNADO_NO_DNS]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-subprocess' -l 'no-subprocess' -d 'Leave waitpid, system, popen and the like alone. [env: GTORNADO_NO_SUBPROCESS]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-signal' -l 'no-signal' -d 'Leave sigwait, pause and the like alone. [env: GTORNADO_NO_SIGNAL]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" httpserver' -l 'httpserver' -d 'The HTTP server to put in: gtornado\'s own on libevent, or libevent\'s evhttp. [env: GTORNADO_HTTPSERVER] [default: libevent]' -rfka 'libevent evhttp'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" libevent-method' -l 'libevent-method' -d 'What libevent waits with. [env: GTORNADO_LIBEVENT_METHOD] [default: the best that the system has]' -rfka 'epoll poll select'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" graceful-timeout' -l 'graceful-timeout' -d 'How long requests may take to finish after SIGINT or SIGTERM: 10, 10s, 500ms, 1m. [env: GTORNADO_GRACEFUL_TIMEOUT] [default: 30s]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" greenlet' -l 'greenlet' -d 'Insist on greenlets, which synchronous handlers get anyway: it is an error if there can be none. [env: GTORNADO_GREENLET]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" cores tornado' -l 'cores' -l 'tornado' -d 'How many requests may be in synchronous handlers at once; 0 is no limit. [env: GTORNADO_CORES] [default: 0]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" when-full' -l 'when-full' -d 'What further requests see: they wait, and no connections are accepted meanwhile (wait); so many wait and the rest get 503 (queue:N); all get 503 with Retry-After (503). [env: GTORNADO_WHEN_FULL] [default: wait]' -rfka 'wait queue: 503'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" stack-size' -l 'stack-size' -d 'Bytes of stack of a greenlet, from 16k to 1g: 65536, 256k, 1m. What is not used costs no memory. [env: GTORNADO_STACK_SIZE] [default: 256k]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" resolver' -l 'resolver' -d 'How names become addresses: libc\'s own getaddrinfo on threads, or libevent\'s evdns on the loop. [env: GTORNADO_RESOLVER] [default: threads]' -rfka 'threads evdns'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" max-blocking-time' -l 'max-blocking-time' -d 'Tell what holds the loop for longer than this, with a backtrace: 0.1, 500ms, 2s; 0 switches it off. [env: GTORNADO_MAX_BLOCKING_TIME] [default: 100ms]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" max-memory' -l 'max-memory' -d 'Tell when the resident memory passes this: 500M, 2G. [env: GTORNADO_MAX_MEMORY] [default: no limit]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" debug-locks' -l 'debug-locks' -d 'Tell when a greenlet is suspended while it holds a mutex of a patched library, and let others that want the mutex wait like greenlets. [env: GTORNADO_DEBUG_LOCKS]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-debug-locks' -l 'no-debug-locks' -d 'Tell when a greenlet is suspended while it holds a mutex of a patched library, and let others that want the mutex wait like greenlets. [env: GTORNADO_DEBUG_LOCKS]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" run-info-signal' -l 'run-info-signal' -d 'The signal that prints run info, greenlets with what they wait for and where: HUP, QUIT, USR1, USR2, WINCH, URG, PWR or none. [env: GTORNADO_RUN_INFO_SIGNAL] [default: USR2]' -rfka ''
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" log-level' -l 'log-level' -d 'The least level that the app logs. [env: GTORNADO_LOG_LEVEL] [default: info]' -rfka 'trace debug info notice warning error critical'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" log-format' -l 'log-format' -d 'How the app logs; auto is console on a terminal and json elsewhere. With json, gtornado speaks JSON too. [env: GTORNADO_LOG_FORMAT] [default: auto]' -rfka 'auto console json'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" verbose' -l 'verbose' -d 'Say what was exchanged, who had registered it, and what stayed. [env: GTORNADO_VERBOSE]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" no-verbose' -l 'no-verbose' -d 'Say what was exchanged, who had registered it, and what stayed. [env: GTORNADO_VERBOSE]'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado run" -eq 1' -fa '(__gtornado_plugins)'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado patch" list' -l 'list' -d 'List the patches; done also if nothing is said.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado patch" json' -l 'json' -d 'Print JSON, for programs.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado patch" -eq 1' -fa '(__gtornado_plugins)'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado patch" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado patch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado check" -eq 1' -fa '(__gtornado_plugins)'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado check" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado completions" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado completions" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado completions" -eq 1' -fa 'install' -d 'Install the completions for a shell, for this user.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado completions install" print' -l 'print' -d 'Print the script, and install nothing.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_positional "gtornado completions install" -eq 1' -fka 'bash zsh fish'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado completions install" version' -l 'version' -d 'Show the version.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado completions install" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'gtornado' -n '__gtornado_should_offer_completions_for_flags_or_options "gtornado help" version' -l 'version' -d 'Show the version.'
