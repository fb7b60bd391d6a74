// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// The TLS that HTTP servers speak.
struct TLSOptions: ParsableArguments {
    static let certVariable = Setting("TLS_CERT")
    static let keyVariable = Setting("TLS_KEY")
    static let caVariable = Setting("TLS_CA")
    static let verifyVariable = Setting("TLS_VERIFY")
    static let minVariable = Setting("TLS_MIN")

    @Option(
        name: .customLong("tls-cert"),
        help: Self.certVariable.help(
            "Speak TLS with this certificate, PEM, the server's own first and then the chain; this and the options below "
                + "replace what the app says of TLS. Can be given several times, and clients choose by the name that "
                + "they ask for; the variable has commas between. SIGHUP has the files read again.",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificates: [String] = []

    @Option(
        name: .customLong("tls-key"),
        help: Self.keyVariable.help(
            "The certificate's private key, PEM; not needed if it is in the certificate's file. With several "
                + "certificates, as many, in the same order.",
            valueName: "file"
        ),
        completion: .file()
    )
    var keys: [String] = []

    @Option(
        name: .customLong("tls-ca"),
        help: Self.caVariable.help("Who has to have signed clients' certificates, PEM.", valueName: "file"),
        completion: .file()
    )
    var authorities: String?

    @Option(
        name: .customLong("tls-verify"),
        help: Self.verifyVariable.help(
            "Clients' certificates: do not ask (none), refuse bad ones (optional), refuse bad ones and none (required).",
            default: "none",
            valueName: "what"
        )
    )
    var verification: VerificationName?

    @Option(
        name: .customLong("tls-min"),
        help: Self.minVariable.help("The oldest version of TLS to speak.", default: "1.2", valueName: "version")
    )
    var minVersion: TLSVersionName?

    /// The TLS to speak, by flags or variables; nil if nothing asks for it.
    func chosen() throws -> TLSChoice? {
        // One flag makes the variables of both count for nothing: a key belongs to its certificate.
        let hasFlags = !self.certificates.isEmpty || !self.keys.isEmpty
        let certificates = hasFlags ? self.certificates : Self.certVariable.list
        let keys = hasFlags ? self.keys : Self.keyVariable.list
        let verification = try self.verification ?? Self.verifyVariable.value(as: VerificationName.self)
        let minVersion = try self.minVersion ?? Self.minVariable.value(as: TLSVersionName.self)
        let authorities = self.authorities ?? Self.caVariable.text
        guard !certificates.isEmpty else {
            if !keys.isEmpty { throw Self.alone("--tls-key", Self.keyVariable) }
            if self.authorities != nil { throw Self.alone("--tls-ca", Self.caVariable) }
            if self.verification != nil { throw Self.alone("--tls-verify", Self.verifyVariable) }
            if self.minVersion != nil { throw Self.alone("--tls-min", Self.minVariable) }
            return nil
        }
        var choice = TLSChoice(try Self.pairs(certificates, keys))
        choice.authorities = authorities
        choice.verification = verification?.choice ?? .none
        choice.minVersion = minVersion?.choice ?? .tls12
        try Self.check(choice)
        return choice
    }

    private static func pairs(_ certificates: [String], _ keys: [String]) throws -> [TLSChoice.Certificate] {
        guard keys.isEmpty || keys.count == certificates.count else {
            let isMore = keys.count > certificates.count
            throw MonkeyError(
                .usage,
                "cannot use --tls-key \(isMore ? keys[certificates.count] : keys[keys.count - 1])",
                because: "\(Self.count(keys.count, "key")) for \(Self.count(certificates.count, "certificate")): "
                    + "each key is for the certificate in the same place",
                try: isMore ? "give a --tls-cert for each key" : "give a --tls-key for each certificate",
                "where a certificate's own file has its key, name that file as both"
            )
        }
        return certificates.enumerated().map { index, file in
            TLSChoice.Certificate(file: file, keyFile: keys.isEmpty ? nil : keys[index])
        }
    }

    private static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    private static func check(_ choice: TLSChoice) throws {
        if choice.verification != .none, choice.authorities == nil {
            throw MonkeyError(
                .usage,
                "cannot use --tls-verify \(choice.verification.rawValue)",
                because: "nothing says who has to have signed clients' certificates",
                try: "name the file of whoever did: --tls-ca FILE"
            )
        }
        if choice.verification == .none, choice.authorities != nil {
            throw MonkeyError(
                .usage,
                "cannot use --tls-ca",
                because: "clients are not asked for certificates",
                try: "ask for them: --tls-verify required, or optional"
            )
        }
    }

    /// An option that means nothing without a certificate.
    private static func alone(_ option: String, _ setting: Setting) -> MonkeyError {
        MonkeyError(
            .usage,
            "cannot use \(option)",
            because: "without a certificate there is no TLS",
            try: "add one: --tls-cert FILE",
            "or leave \(option) and \(setting.variable) out"
        )
    }
}

/// What becomes of clients' certificates, as the command line names it.
enum VerificationName: String, CaseIterable, ExpressibleByArgument {
    case none
    case optional
    case required

    var choice: TLSChoice.Verification {
        switch self {
        case .none: .none
        case .optional: .optional
        case .required: .required
        }
    }
}

/// Versions of TLS, as the command line names them.
enum TLSVersionName: String, CaseIterable, ExpressibleByArgument {
    case tls12 = "1.2"
    case tls13 = "1.3"

    var choice: TLSChoice.Version {
        switch self {
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}
