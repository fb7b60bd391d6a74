// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Handlers given as functions.
final class ClosureTable {
    enum Action {
        case sync((RequestHandler) throws -> Void)
        case async((AsyncRequestHandler) async throws -> Void)
    }

    var actions: [RequestMethod: Action] = [:]
}

/// Answers with the functions that an application was given for a pattern.
final class ClosureHandler: AsyncRequestHandler {
    private var table = ClosureTable()

    override func initialize(_ arguments: HandlerArguments) throws {
        self.table = try arguments.value("closures")
    }

    private var action: ClosureTable.Action? {
        RequestMethod(self.request.head.method).flatMap { self.table.actions[$0] }
    }

    override var allowedMethods: [String] {
        RequestMethod.allCases.filter { self.table.actions[$0] != nil }.map { "\($0.name)" }
    }

    override func run() {
        if case .sync = self.action { self.runSynchronously() } else { super.run() }
    }

    override func perform() {
        guard case .sync(let function) = self.action else { return super.perform() }
        do {
            try self.request.parseInput()
            try function(self)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    override func callAsync(_ method: RequestMethod) async throws {
        guard case .async(let function) = self.action else { throw self.notAllowed() }
        try await function(self)
    }
}

extension Application {
    /// Answers GET on a pattern with a function.
    public final func get(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.get, pattern, .sync(function))
    }

    /// Answers GET on a pattern with a function that may wait.
    public final func get(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.get, pattern, .async(function))
    }

    /// Answers HEAD on a pattern with a function.
    public final func head(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.head, pattern, .sync(function))
    }

    /// Answers HEAD on a pattern with a function that may wait.
    public final func head(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.head, pattern, .async(function))
    }

    /// Answers POST on a pattern with a function.
    public final func post(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.post, pattern, .sync(function))
    }

    /// Answers POST on a pattern with a function that may wait.
    public final func post(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.post, pattern, .async(function))
    }

    /// Answers DELETE on a pattern with a function.
    public final func delete(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.delete, pattern, .sync(function))
    }

    /// Answers DELETE on a pattern with a function that may wait.
    public final func delete(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.delete, pattern, .async(function))
    }

    /// Answers PATCH on a pattern with a function.
    public final func patch(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.patch, pattern, .sync(function))
    }

    /// Answers PATCH on a pattern with a function that may wait.
    public final func patch(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.patch, pattern, .async(function))
    }

    /// Answers PUT on a pattern with a function.
    public final func put(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.put, pattern, .sync(function))
    }

    /// Answers PUT on a pattern with a function that may wait.
    public final func put(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.put, pattern, .async(function))
    }

    /// Answers OPTIONS on a pattern with a function.
    public final func options(_ pattern: String, _ function: @escaping (RequestHandler) throws -> Void) {
        self.add(.options, pattern, .sync(function))
    }

    /// Answers OPTIONS on a pattern with a function that may wait.
    public final func options(_ pattern: String, _ function: @escaping (AsyncRequestHandler) async throws -> Void) {
        self.add(.options, pattern, .async(function))
    }

    /// Functions for one pattern share a route, so that other methods on it are answered with 405 and `Allow`.
    private func add(_ method: RequestMethod, _ pattern: String, _ action: ClosureTable.Action) {
        let existing = self.defaultRules.first {
            $0.patternText == pattern && $0.handlerClass == ClosureHandler.self
        }
        if let existing, let table: ClosureTable = try? existing.arguments.value("closures") {
            table.actions[method] = action
            return
        }
        let table = ClosureTable()
        table.actions[method] = action
        self.defaultRules.add(.url(pattern, ClosureHandler.self, ["closures": table]))
    }
}
