// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Text as mdoc, the language of manual pages.
enum Mdoc {
    /// Escapes text so that it means itself, at the beginning of a line too.
    static func text(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "→": escaped += "\\(->"
            default: escaped.append(character)
            }
        }
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    /// Escapes one argument of a macro: a word that is no macro's name, or a quoted phrase.
    static func argument(_ text: String) -> String {
        let escaped = Self.text(text)
        let needsQuotes = escaped.contains(" ") || escaped.contains("\"")
        let word = needsQuotes ? "\"" + escaped.split(separator: "\"").joined(separator: "\\(dq") + "\"" : escaped
        // A short capitalised word could be a macro, and punctuation alone is set apart.
        let isRisky = (2...3).contains(text.count) || text.allSatisfy { ".,:;()[]?!|".contains($0) }
        return isRisky ? "\\&" + word : word
    }

    /// Prose: a new line for each sentence, as mdoc wants it, and commands between backquotes set apart.
    static func prose(_ text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        let words = text.split(separator: " ")
        for (index, word) in words.enumerated() {
            sentence += (sentence.isEmpty ? "" : " ") + word
            let isEnd = word.hasSuffix(".") || index == words.count - 1
            if isEnd {
                sentences.append(Self.text(sentence))
                sentence = ""
            }
        }
        return sentences
    }
}
