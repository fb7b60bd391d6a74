// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// Rooms: what one says all hear.
final class Chat: Noted {
    nonisolated(unsafe) static var rooms: [String: [ObjectIdentifier: Chat]] = [:]
    private var room: String { pathArguments.first ?? "" }

    override func open() throws {
        try super.open()
        Self.rooms[self.room, default: [:]][ObjectIdentifier(self)] = self
    }

    override func onClose() {
        super.onClose()
        Self.rooms[self.room]?[ObjectIdentifier(self)] = nil
    }

    override func onMessage(_ message: WebSocketMessage) throws {
        for member in Self.rooms[self.room, default: [:]].values { try? member.writeMessage(message) }
    }
}

/// What a request says, all in the room hear too.
final class Say: RequestHandler {
    override func post() throws {
        let members = Chat.rooms[pathArguments[0], default: [:]].values
        for member in members { try member.writeMessage(request.body, binary: false) }
        write("\(members.count)")
    }
}
