#pragma once
// What the server answers, by request. Each writes a JSON value: the result.

#include "driver/lsp/Json.h"
#include "driver/lsp/Workspace.h"

namespace gene::lsp {

void writePlace(JsonWriter& out, const Place& place);
void writeRange(JsonWriter& out, const Document& document, const Range& range);
/// {uri, range}
void writeLocation(JsonWriter& out, const Document& document, const Range& range);

// --- Capabilities.cpp
/// The members of what the server offers.
void capabilities(JsonWriter& out);

// --- Types.cpp: each is about the name at the offset
/// The class, enum or interface of what the name stands for, as far as the text says it.
void typeDefinition(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
/// Who implements an interface, comes from a class, has a method.
void implementations(JsonWriter& out, Workspace& workspace, const Document& document,
                     size_t offset);

// --- Lenses.cpp
/// The commands gene.run, gene.debug, gene.test, gene.examples with the URI: the editor's extension runs them.
void codeLenses(JsonWriter& out, const Document& document);
void linkedEditing(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);

// --- Formatting.cpp: the edits that bring it into canonical form
void formatting(JsonWriter& out, const Document& document);
void rangeFormatting(JsonWriter& out, const Document& document, Range range);
/// Where a line that was begun at the offset begins.
void onTypeFormatting(JsonWriter& out, const Document& document, size_t offset);

// --- Actions.cpp
/// What mends the diagnostics in the range, and what may be made of the code there; `only`: kinds, none for all.
void codeActions(JsonWriter& out, Workspace& workspace, const Document& document, Range range,
                 Span<const std::string> only);

// --- Hints.cpp
void inlayHints(JsonWriter& out, Workspace& workspace, const Document& document, Range range);

// --- Hierarchy.cpp: each is about the name at the offset
void prepareCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void incomingCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void outgoingCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void prepareTypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void supertypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void subtypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);

// --- Describe.cpp: about the name under the cursor
/// The type of a value as its text says it: of literals, new instances and functions; empty for others.
std::string typeOfForm(const Form& value);
void hover(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void signatureHelp(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);

// --- Complete.cpp
/// With `snippets`, special forms and functions behind a bracket come with places for their parts.
void completion(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
                bool snippets);

// --- Navigate.cpp: where it is, and where it is used
void definition(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
void references(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
                bool withDeclaration);
void highlights(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
/// The range that would be renamed, or null.
void prepareRename(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset);
/// False, and nothing written, when it cannot be: `problem` says why.
bool rename(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
            std::string_view name, std::string* problem);
void workspaceSymbols(JsonWriter& out, Workspace& workspace, std::string_view query);

// --- Structure.cpp: of the document as a whole
/// What a diagnostic of this document is about.
Range diagnosticRange(const Document::Analysis& analysis, const Document& document,
                      const Diagnostic& diagnostic);
void diagnostics(JsonWriter& out, Workspace& workspace, const Document& document);
void documentSymbols(JsonWriter& out, const Document& document);
void foldingRanges(JsonWriter& out, const Document& document);
void selectionRanges(JsonWriter& out, const Document& document, Span<const size_t> offsets);

// --- Tokens.cpp
/// The names of the token types, in the order of their numbers.
Span<const std::string_view> tokenTypes();
/// What was sent last for a document, as the protocol's five numbers for each token.
struct SentTokens {
  uint64_t id = 0;
  std::vector<uint32_t> data;
};
std::vector<uint32_t> semanticTokensOf(Workspace& workspace, const Document& document);
void semanticTokens(JsonWriter& out, SentTokens& sent, std::vector<uint32_t> data);
/// What has changed since then.
void semanticTokensDelta(JsonWriter& out, SentTokens& sent, std::vector<uint32_t> data);
void semanticTokensIn(JsonWriter& out, Workspace& workspace, const Document& document, Range range);

/// The protocol's numbers for kinds of symbols and of completions.
int symbolKind(Definition::Kind kind);
int completionKind(Definition::Kind kind);
/// What a definition is, in a word: Function, Class …
std::string_view kindWord(Definition::Kind kind);

}  // namespace gene::lsp
