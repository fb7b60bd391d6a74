// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CMonkeyPatch

/// Why a blocking call cannot be patched, and holds the loop up while it waits.
public enum Escape: String, CaseIterable, Sendable {
    /// stdio, which reads and writes inside libc.
    case stdio
    /// Locks, conditions and joins.
    case threads
    /// System calls without libc's functions.
    case syscalls
    /// libc's own name server client.
    case resolver
    /// Message queues and semaphores.
    case ipc
    /// Locks on files.
    case locks
    /// io_uring and its predecessors.
    case completions
    /// Libraries in a name space of their own.
    case loader
    /// Other calls that wait inside libc.
    case inside

    /// Why, in a few words.
    public var why: String {
        switch self {
        case .stdio: "stdio waits inside libc: only where the FILE is a socket, a pipe or a terminal"
        case .threads: "waits for another thread, without letting greenlets run"
        case .syscalls: "makes system calls itself, not through libc's functions"
        case .resolver: "asks name servers inside libc"
        case .ipc: "waits for a message queue or a semaphore in the kernel"
        case .locks: "waits for a lock on a file in the kernel"
        case .completions: "waits for completions in the kernel"
        case .loader: "loads libraries where they are out of reach"
        case .inside: "waits inside libc"
        }
    }

    /// What a call escapes by; null for one that does not block, or that is patched.
    static func of(_ call: String) -> Escape? {
        guard let escape = Self.table[call] ?? Self.ofFamily(call) else { return nil }
        // Locks are rows of the table only to be watched.
        if let family = LibcFamily.family(of: call), family != .locks { return nil }
        return escape
    }

    private static func ofFamily(_ call: String) -> Escape? {
        let waits = call.hasPrefix("io_uring_wait") || call.hasPrefix("io_uring_submit_and_")
        return waits || call == "io_uring_enter" ? .completions : nil
    }

    private static let table: [String: Escape] = {
        var table: [String: Escape] = [:]
        for (escape, names) in Self.names {
            for name in names.split(separator: " ") { table[String(name)] = escape }
        }
        return table
    }()

    private static let names: [(Escape, String)] = [
        (
            .stdio,
            """
            fread fread_unlocked __fread_chk __fread_unlocked_chk fgets fgets_unlocked __fgets_chk getline getdelim \
            __getdelim fgetc getc _IO_getc getchar getc_unlocked __uflow __underflow scanf fscanf vfscanf \
            __isoc99_scanf __isoc99_fscanf __isoc23_scanf __isoc23_fscanf fwrite fwrite_unlocked fputs fputs_unlocked \
            fputc putc _IO_putc putchar puts __overflow printf fprintf vprintf vfprintf __printf_chk __fprintf_chk \
            __vprintf_chk __vfprintf_chk dprintf vdprintf __dprintf_chk __vdprintf_chk fflush fgetwc fgetws fputws
            """
        ),
        (
            .threads,
            """
            sem_wait sem_timedwait sem_clockwait pthread_cond_wait pthread_cond_timedwait pthread_cond_clockwait \
            pthread_join pthread_timedjoin_np pthread_clockjoin_np pthread_barrier_wait pthread_mutex_lock \
            pthread_mutex_timedlock pthread_mutex_clocklock pthread_rwlock_rdlock pthread_rwlock_wrlock \
            pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock mtx_lock mtx_timedlock cnd_wait cnd_timedwait \
            thrd_join dispatch_semaphore_wait dispatch_group_wait dispatch_block_wait _ZNSt6thread4joinEv \
            _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE
            """
        ),
        (.syscalls, "syscall"),
        (
            .resolver,
            """
            res_query res_search res_send res_querydomain res_nquery res_nsearch res_nsend res_nquerydomain \
            __res_query __res_search __res_send __res_nquery __res_nsearch __res_nsend gethostbyaddr gethostbyaddr_r \
            gethostbyname2 gethostbyname2_r getaddrinfo_a gai_suspend getnetbyname getnetbyname_r
            """
        ),
        (
            .ipc,
            """
            mq_receive mq_timedreceive mq_send mq_timedsend msgrcv msgsnd semop semtimedop
            """
        ),
        (.locks, "lockf lockf64 flock"),
        (.completions, "aio_suspend aio_suspend64 lio_listio lio_listio64 io_getevents io_pgetevents"),
        (.loader, "dlmopen"),
        (
            .inside,
            """
            epoll_pwait2 recvmmsg sendmmsg splice tee vmsplice sendfile sendfile64 copy_file_range wait3 vfork \
            thrd_sleep tcdrain getpass sigpause sigwait sigwaitinfo sigtimedwait pause sigsuspend
            """
        ),
    ]
}
