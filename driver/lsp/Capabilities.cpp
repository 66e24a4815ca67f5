// What the server says that it can do.

#include "driver/lsp/Features.h"

namespace gene::lsp {

void capabilities(JsonWriter& out) {
  const auto words = [&](const char* key, std::initializer_list<const char*> all) {
    out.arrayMember(key, [&] {
      for (const char* word : all) out.value(word);
    });
  };
  out.member("positionEncoding", Lines::countsBytes ? "utf-8" : "utf-16");
  out.objectMember("textDocumentSync", [&] {
    out.member("openClose", true);
    out.member("change", 1);
    out.objectMember("save", [&] { out.member("includeText", true); });
  });
  out.objectMember("completionProvider",
                   [&] { words("triggerCharacters", {":", "(", "[", ".", "/"}); });
  out.objectMember("signatureHelpProvider", [&] { words("triggerCharacters", {"(", " "}); });
  for (const char* name :
       {"definitionProvider", "declarationProvider", "typeDefinitionProvider",
        "implementationProvider", "hoverProvider", "referencesProvider",
        "documentHighlightProvider", "documentSymbolProvider", "workspaceSymbolProvider",
        "documentFormattingProvider", "documentRangeFormattingProvider", "foldingRangeProvider",
        "selectionRangeProvider", "inlayHintProvider", "callHierarchyProvider",
        "typeHierarchyProvider", "linkedEditingRangeProvider"})
    out.member(name, true);
  out.objectMember("documentOnTypeFormattingProvider",
                   [&] { out.member("firstTriggerCharacter", "\n"); });
  out.objectMember("codeLensProvider", [] {});
  out.objectMember("codeActionProvider", [&] {
    words("codeActionKinds", {"quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite",
                              "source.organizeImports"});
  });
  out.objectMember("renameProvider", [&] { out.member("prepareProvider", true); });
  out.objectMember("diagnosticProvider", [&] {
    out.member("interFileDependencies", true);
    out.member("workspaceDiagnostics", false);
  });
  out.objectMember("semanticTokensProvider", [&] {
    out.objectMember("legend", [&] {
      out.arrayMember("tokenTypes", [&] {
        for (const std::string_view type : tokenTypes()) out.value(type);
      });
      out.arrayMember("tokenModifiers", [] {});
    });
    out.objectMember("full", [&] { out.member("delta", true); });
    out.member("range", true);
  });
}

}  // namespace gene::lsp
