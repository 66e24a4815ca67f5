// gene lsp: the language server. One thread: a request is answered before the next message is read.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

#include "driver/Command.h"
#include "driver/lsp/Features.h"
#include "driver/lsp/Transport.h"

namespace gene::lsp {
namespace {

enum ErrorCode : int {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  NotInitialized = -32002,
};

class Server {
 public:
  Server(Transport& transport, Context* names, std::string root, bool traces)
      : transport_(transport), workspace_(names), root_(std::move(root)), traces_(traces) {}

  int run() {
    std::string message;
    while (!exits_ && transport_.read(&message)) {
      if (traces_) std::fprintf(stderr, "<- %s\n", message.c_str());
      const std::optional<Json> json = parseJson(message);
      if (!json) {
        fail(nullptr, ParseError, "This is no JSON");
        continue;
      }
      handle(*json);
    }
    return driver::Success;
  }

 private:
  using Write = std::function<void(JsonWriter&)>;
  struct Request {
    const Json* params;
    const Json* id;
  };
  struct Method {
    std::string_view name;
    void (Server::*handler)(const Request&);
  };
  static const Method requests[];
  static const Method notifications[];

  void send(const Write& members) {
    JsonWriter out;
    out.object([&] {
      out.member("jsonrpc", "2.0");
      members(out);
    });
    if (traces_) std::fprintf(stderr, "-> %s\n", std::string(out.text()).c_str());
    transport_.write(out.text());
  }
  static void writeId(JsonWriter& out, const Json* id) {
    out.key("id");
    if (id && id->type == Json::Type::Integer)
      out.value(id->integer);
    else if (id && id->type == Json::Type::Text)
      out.value(id->text);
    else
      out.null();
  }
  void answer(const Request& request, const Write& result) {
    send([&](JsonWriter& out) {
      writeId(out, request.id);
      out.key("result");
      result(out);
    });
  }
  void fail(const Json* id, ErrorCode code, const std::string& message) {
    send([&](JsonWriter& out) {
      writeId(out, id);
      out.objectMember("error", [&] {
        out.member("code", static_cast<int>(code));
        out.member("message", message);
      });
    });
  }

  void handle(const Json& message) {
    const Json* method = member(&message, "method");
    const Json* id = member(&message, "id");
    if (!method || method->type != Json::Type::Text) {
      // An answer to something that was never asked is dropped.
      if (id && !member(&message, "result") && !member(&message, "error"))
        fail(id, InvalidRequest, "A request has a method");
      return;
    }
    const Request request{member(&message, "params"), id};
    const std::string& name = method->text;
    if (id && !initialized_ && name != "initialize")
      return fail(id, NotInitialized, "The server is not initialized");
    if (id && shutDown_) return fail(id, InvalidRequest, "The server was shut down");
    const Span<const Method> table = id ? Span<const Method>(requests, requestCount)
                                        : Span<const Method>(notifications, notificationCount);
    for (const Method& m : table)
      if (m.name == name) return (this->*m.handler)(request);
    if (id) fail(id, MethodNotFound, "Method not found: " + name);
  }

  // --- the document and place that a request is about ------------------------------------------------------------------

  const Document* documentOf(const Request& request) {
    const std::string uri(textOf(member(request.params, "textDocument", "uri")));
    if (const Document* open = workspace_.document(uri)) return open;
    const std::string path = pathOfUri(uri);
    return path.empty() ? nullptr : workspace_.file(path);
  }
  static size_t offsetOf(const Document& document, const Json* position) {
    return document.lines.offset(
        document.text, {static_cast<uint32_t>(numberOf(member(position, "line"), 0)),
                        static_cast<uint32_t>(numberOf(member(position, "character"), 0))});
  }
  /// Answers with what `feature` writes about the document, or null without it.
  template <class F>
  void withDocument(const Request& request, F&& feature) {
    const Document* document = documentOf(request);
    answer(request, [&](JsonWriter& out) {
      if (document)
        feature(out, *document);
      else
        out.null();
    });
  }
  template <class F>
  void withPlace(const Request& request, F&& feature) {
    withDocument(request, [&](JsonWriter& out, const Document& document) {
      feature(out, workspace_, document, offsetOf(document, member(request.params, "position")));
    });
  }

  // --- life cycle ------------------------------------------------------------------------------------------------------

  void initialize(const Request& request) {
    initialized_ = true;
    std::string root = pathOfUri(textOf(member(request.params, "rootUri")));
    if (root.empty()) root = textOf(member(request.params, "rootPath"));
    workspace_.setRoot(root.empty() ? root_ : root);
    // Of the ways to count that the client knows the first one that is known here.
    if (const Json* known = member(request.params, "capabilities", "general", "positionEncodings"))
      for (const Json& encoding : known->items) {
        Lines::countsBytes = encoding.text == "utf-8";
        if (Lines::countsBytes || encoding.text == "utf-16") break;
      }
    takesSnippets_ = isTrue(member(request.params, "capabilities", "textDocument", "completion",
                                   "completionItem", "snippetSupport"));
    answer(request, [](JsonWriter& out) {
      out.object([&] {
        out.objectMember("capabilities", [&] { capabilities(out); });
        out.objectMember("serverInfo", [&] {
          out.member("name", "gene-lsp");
          out.member("version", "0.2.0");
        });
      });
    });
  }
  void shutdown(const Request& request) {
    shutDown_ = true;
    answer(request, [](JsonWriter& out) { out.null(); });
  }
  void exit(const Request&) { exits_ = true; }
  void ignore(const Request&) {}

  // --- documents -------------------------------------------------------------------------------------------------------

  void publish(const Document& document) {
    send([&](JsonWriter& out) {
      out.member("method", "textDocument/publishDiagnostics");
      out.objectMember("params", [&] {
        out.member("uri", document.uri);
        out.member("version", document.version);
        out.key("diagnostics");
        diagnostics(out, workspace_, document);
      });
    });
  }
  void didOpen(const Request& request) {
    const Json* document = member(request.params, "textDocument");
    publish(workspace_.open(std::string(textOf(member(document, "uri"))),
                            std::string(textOf(member(document, "text"))),
                            numberOf(member(document, "version"), 0)));
  }
  void didChange(const Request& request) {
    const std::string uri(textOf(member(request.params, "textDocument", "uri")));
    const Json* changes = member(request.params, "contentChanges");
    if (!changes || changes->items.empty()) return;
    const int64_t version = numberOf(member(request.params, "textDocument", "version"), 0);
    const Document* document = workspace_.document(uri);
    std::string text = document ? document->text : "";
    for (const Json& change : changes->items) {
      const std::string fresh(textOf(member(&change, "text")));
      const Json* range = member(&change, "range");
      if (!range) {
        text = fresh;
        continue;
      }
      // Some clients send what changed only.
      const Lines lines(text);
      const auto at = [&](const char* end) {
        const Json* place = member(range, end);
        return lines.offset(text, {static_cast<uint32_t>(numberOf(member(place, "line"), 0)),
                                   static_cast<uint32_t>(numberOf(member(place, "character"), 0))});
      };
      const size_t from = at("start"), to = std::max(at("end"), from);
      text.replace(from, to - from, fresh);
    }
    publish(workspace_.open(uri, std::move(text), version));
  }
  void didSave(const Request& request) {
    const std::string uri(textOf(member(request.params, "textDocument", "uri")));
    const Document* document = workspace_.document(uri);
    const Json* text = member(request.params, "text");
    if (!document) return;
    const int64_t version = document->version;
    publish(workspace_.open(uri, text ? text->text : document->text, version));
    for (const Document* other : workspace_.openDocuments())
      if (other->uri != uri) publish(*other);
  }
  void didClose(const Request& request) {
    const std::string uri(textOf(member(request.params, "textDocument", "uri")));
    workspace_.close(uri);
    tokens_.erase(uri);
    send([&](JsonWriter& out) {
      out.member("method", "textDocument/publishDiagnostics");
      out.objectMember("params", [&] {
        out.member("uri", uri);
        out.arrayMember("diagnostics", [] {});
      });
    });
  }

  // --- requests --------------------------------------------------------------------------------------------------------

  void onCompletion(const Request& r) {
    withPlace(r, [&](JsonWriter& out, Workspace& w, const Document& d, size_t offset) {
      completion(out, w, d, offset, takesSnippets_);
    });
  }
  void onHover(const Request& r) { withPlace(r, hover); }
  void onSignatureHelp(const Request& r) { withPlace(r, signatureHelp); }
  void onDefinition(const Request& r) { withPlace(r, definition); }
  void onTypeDefinition(const Request& r) { withPlace(r, typeDefinition); }
  void onImplementation(const Request& r) { withPlace(r, implementations); }
  void onLinkedEditing(const Request& r) { withPlace(r, linkedEditing); }
  void onTypeFormatting(const Request& r) {
    withPlace(r, [](JsonWriter& out, Workspace&, const Document& d, size_t offset) {
      lsp::onTypeFormatting(out, d, offset);
    });
  }
  void onHighlight(const Request& r) { withPlace(r, highlights); }
  void onPrepareRename(const Request& r) { withPlace(r, prepareRename); }
  void onReferences(const Request& r) {
    const bool all = isTrue(member(r.params, "context", "includeDeclaration"));
    withPlace(r, [&](JsonWriter& out, Workspace& w, const Document& d, size_t offset) {
      references(out, w, d, offset, all);
    });
  }
  void onRename(const Request& r) {
    const Document* document = documentOf(r);
    if (!document) return fail(r.id, InvalidParams, "There is no such document");
    JsonWriter result;
    std::string problem;
    const size_t offset = offsetOf(*document, member(r.params, "position"));
    // Written once to find out whether it can be done.
    if (!rename(result, workspace_, *document, offset, textOf(member(r.params, "newName")),
                &problem))
      return fail(r.id, InvalidParams, problem);
    answer(r, [&](JsonWriter& out) {
      rename(out, workspace_, *document, offset, textOf(member(r.params, "newName")), &problem);
    });
  }
  Range rangeOf(const Request& r, const Document& document) {
    const Json* range = member(r.params, "range");
    return {offsetOf(document, member(range, "start")), offsetOf(document, member(range, "end"))};
  }
  void onCodeAction(const Request& r) {
    std::vector<std::string> kinds;
    if (const Json* only = member(r.params, "context", "only"))
      for (const Json& kind : only->items) kinds.push_back(kind.text);
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      codeActions(out, workspace_, d, rangeOf(r, d), kinds);
    });
  }
  void onInlayHint(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      inlayHints(out, workspace_, d, rangeOf(r, d));
    });
  }
  /// About an item that the server gave before: its document, and the place of its name.
  template <class F>
  void withItem(const Request& r, F&& feature) {
    const Json* item = member(r.params, "item");
    const std::string uri(textOf(member(item, "uri")));
    const Document* document = workspace_.document(uri);
    if (!document && !pathOfUri(uri).empty()) document = workspace_.file(pathOfUri(uri));
    answer(r, [&](JsonWriter& out) {
      if (!document) return out.null();
      feature(out, workspace_, *document,
              offsetOf(*document, member(item, "selectionRange", "start")));
    });
  }
  void onPrepareCalls(const Request& r) { withPlace(r, prepareCalls); }
  void onIncomingCalls(const Request& r) { withItem(r, incomingCalls); }
  void onOutgoingCalls(const Request& r) { withItem(r, outgoingCalls); }
  void onPrepareTypes(const Request& r) { withPlace(r, prepareTypes); }
  void onSupertypes(const Request& r) { withItem(r, supertypes); }
  void onSubtypes(const Request& r) { withItem(r, subtypes); }
  void onSymbols(const Request& r) {
    withDocument(r, [](JsonWriter& out, const Document& d) { documentSymbols(out, d); });
  }
  void onFolding(const Request& r) {
    withDocument(r, [](JsonWriter& out, const Document& d) { foldingRanges(out, d); });
  }
  void onFormatting(const Request& r) {
    withDocument(r, [](JsonWriter& out, const Document& d) { formatting(out, d); });
  }
  void onRangeFormatting(const Request& r) {
    withDocument(
        r, [&](JsonWriter& out, const Document& d) { rangeFormatting(out, d, rangeOf(r, d)); });
  }
  void onCodeLens(const Request& r) {
    withDocument(r, [](JsonWriter& out, const Document& d) { codeLenses(out, d); });
  }
  void onTokens(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      semanticTokens(out, tokensOf(d), semanticTokensOf(workspace_, d));
    });
  }
  void onTokensDelta(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      SentTokens& sent = tokensOf(d);
      if (std::to_string(sent.id) != textOf(member(r.params, "previousResultId")))
        return semanticTokens(out, sent, semanticTokensOf(workspace_, d));
      semanticTokensDelta(out, sent, semanticTokensOf(workspace_, d));
    });
  }
  void onTokensRange(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      semanticTokensIn(out, workspace_, d, rangeOf(r, d));
    });
  }
  SentTokens& tokensOf(const Document& document) { return tokens_[document.uri]; }
  void onSelection(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      std::vector<size_t> offsets;
      if (const Json* positions = member(r.params, "positions"))
        for (const Json& position : positions->items) offsets.push_back(offsetOf(d, &position));
      selectionRanges(out, d, offsets);
    });
  }
  void onDiagnostic(const Request& r) {
    withDocument(r, [&](JsonWriter& out, const Document& d) {
      out.object([&] {
        out.member("kind", "full");
        out.key("items");
        diagnostics(out, workspace_, d);
      });
    });
  }
  void onWorkspaceSymbols(const Request& r) {
    answer(r, [&](JsonWriter& out) {
      workspaceSymbols(out, workspace_, textOf(member(r.params, "query")));
    });
  }

  static const size_t requestCount, notificationCount;
  Transport& transport_;
  Workspace workspace_;
  const std::string root_;
  const bool traces_;
  bool initialized_ = false, shutDown_ = false, exits_ = false, takesSnippets_ = false;
  std::map<std::string, SentTokens> tokens_;  // by URI
};

const Server::Method Server::requests[] = {
    {"initialize", &Server::initialize},
    {"shutdown", &Server::shutdown},
    {"textDocument/completion", &Server::onCompletion},
    {"textDocument/hover", &Server::onHover},
    {"textDocument/signatureHelp", &Server::onSignatureHelp},
    {"textDocument/definition", &Server::onDefinition},
    {"textDocument/declaration", &Server::onDefinition},
    {"textDocument/typeDefinition", &Server::onTypeDefinition},
    {"textDocument/implementation", &Server::onImplementation},
    {"textDocument/linkedEditingRange", &Server::onLinkedEditing},
    {"textDocument/codeLens", &Server::onCodeLens},
    {"textDocument/rangeFormatting", &Server::onRangeFormatting},
    {"textDocument/onTypeFormatting", &Server::onTypeFormatting},
    {"textDocument/semanticTokens/full/delta", &Server::onTokensDelta},
    {"textDocument/semanticTokens/range", &Server::onTokensRange},
    {"textDocument/references", &Server::onReferences},
    {"textDocument/documentHighlight", &Server::onHighlight},
    {"textDocument/prepareRename", &Server::onPrepareRename},
    {"textDocument/rename", &Server::onRename},
    {"textDocument/documentSymbol", &Server::onSymbols},
    {"textDocument/foldingRange", &Server::onFolding},
    {"textDocument/selectionRange", &Server::onSelection},
    {"textDocument/formatting", &Server::onFormatting},
    {"textDocument/semanticTokens/full", &Server::onTokens},
    {"textDocument/diagnostic", &Server::onDiagnostic},
    {"textDocument/codeAction", &Server::onCodeAction},
    {"textDocument/inlayHint", &Server::onInlayHint},
    {"textDocument/prepareCallHierarchy", &Server::onPrepareCalls},
    {"callHierarchy/incomingCalls", &Server::onIncomingCalls},
    {"callHierarchy/outgoingCalls", &Server::onOutgoingCalls},
    {"textDocument/prepareTypeHierarchy", &Server::onPrepareTypes},
    {"typeHierarchy/supertypes", &Server::onSupertypes},
    {"typeHierarchy/subtypes", &Server::onSubtypes},
    {"workspace/symbol", &Server::onWorkspaceSymbols},
};
const size_t Server::requestCount = std::size(Server::requests);
const Server::Method Server::notifications[] = {
    {"initialized", &Server::ignore},
    {"exit", &Server::exit},
    {"$/cancelRequest", &Server::ignore},
    {"textDocument/didOpen", &Server::didOpen},
    {"textDocument/didChange", &Server::didChange},
    {"textDocument/didSave", &Server::didSave},
    {"textDocument/didClose", &Server::didClose},
};
const size_t Server::notificationCount = std::size(Server::notifications);

}  // namespace
}  // namespace gene::lsp

namespace gene::driver {

int lsp(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"stdio", nullptr, "talk on standard input and output (the default)"},
      {"tcp", nullptr, "wait for one client on a port; one JSON text a line"},
      {"port", "N", "the port (default 8080)"},
      {"host", "H", "the address to listen on (default localhost)"},
      {"workspace", "DIR", "the folder to work in, where the client names none"},
      {"trace", nullptr, "print all messages on standard error"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("lsp", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  std::unique_ptr<lsp::Transport> transport;
  if (options.has("tcp")) {
    Expected<std::unique_ptr<lsp::Transport>> made =
        lsp::tcpTransport(options.get("host", "localhost"), options.get("port", "8080"));
    if (!made) return fail(made.message());
    transport = std::move(*made);
  } else {
    transport = lsp::stdioTransport();
  }
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    return lsp::Server(*transport, namesContext(), options.get("workspace"), options.has("trace"))
        .run();
  });
}

}  // namespace gene::driver
