// What the operations of nREPL do.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "driver/nrepl/Server.h"
#include "driver/repl/About.h"
#include "driver/repl/Completion.h"
#include "runtime/Output.h"
#include "runtime/async/Interrupt.h"
#include "runtime/object/Class.h"
#include "runtime/object/Print.h"

namespace gene::nrepl {

const Server::Row Server::rows[] = {
    {"clone", On::Any, &Server::clone},
    {"close", On::Any, &Server::close},
    {"complete", On::Program, &Server::complete},  // CIDER's name of the next one
    {"completions", On::Program, &Server::complete},
    {"describe", On::Any, &Server::describe},
    {"eldoc", On::Program, &Server::eldoc},
    {"eval", On::Program, &Server::evaluate},
    {"info", On::Program, &Server::info},  // CIDER's `lookup`
    {"interrupt", On::Any, &Server::interrupt},
    {"load-file", On::Program, &Server::loadFile},
    {"lookup", On::Program, &Server::lookUp},
    {"ls-sessions", On::Any, &Server::listSessions},
    {"stdin", On::Any, &Server::input},
};

const Server::Row* Server::find(const std::string& name) {
  const auto row = std::ranges::find_if(rows, [&](const Row& r) { return r.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

namespace {

constexpr const char* Namespace = "main";  // clients show one before their prompt

/// Text so that its first character stands at this line and column, from 1.
std::string placed(const std::string& text, int64_t line, int64_t column) {
  constexpr int64_t Most = 1'000'000;
  return std::string(static_cast<size_t>(std::clamp<int64_t>(line - 1, 0, Most)), '\n') +
         std::string(static_cast<size_t>(std::clamp<int64_t>(column - 1, 0, Most)), ' ') + text;
}

}  // namespace

void Server::clone(const Request& request) {
  answer(request, {{"new-session", newSession()}, {"status", Bencode::List{"done"}}});
}

void Server::close(const Request& request) {
  {
    const std::lock_guard lock(mutex_);
    if (request.session != ownSession_) sessions_.erase(request.session);
    std::erase_if(waiting_, [&](const Request& r) { return r.session == request.session; });
  }
  interruptRunning(request.session, nullptr);
  finish(request, {"session-closed"});
}

void Server::describe(const Request& request) {
  Bencode::Dictionary operations;
  for (const Row& row : rows) operations[std::string(row.name)] = Bencode::Dictionary{};
  const Bencode::Dictionary protocol{
      {"major", int64_t{1}}, {"minor", int64_t{0}}, {"version-string", "1.0.0"}};
  answer(request,
         {{"ops", std::move(operations)},
          {"versions",
           Bencode::Dictionary{{"nrepl", protocol},
                               {"gene", Bencode::Dictionary{{"version-string", GENE_VERSION}}}}},
          {"aux", Bencode::Dictionary{{"current-ns", Namespace}}},
          {"status", Bencode::List{"done"}}});
}

void Server::listSessions(const Request& request) {
  Bencode::List ids;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : sessions_) ids.emplace_back(id);
  }
  answer(request, {{"sessions", std::move(ids)}, {"status", Bencode::List{"done"}}});
}

void Server::interrupt(const Request& request) {
  const std::string* id = request.text("interrupt-id");
  if (interruptRunning(request.session, id)) return finish(request);
  std::optional<Request> waited;
  bool runs = false;
  {
    const std::lock_guard lock(mutex_);
    runs = runs_ && asked_->session == request.session;
    const auto found = std::ranges::find_if(waiting_, [&](const Request& r) {
      return id && r.session == request.session && r.textOr("id", "") == *id;
    });
    if (found != waiting_.end()) {
      waited = std::move(*found);
      waiting_.erase(found);
    }
  }
  if (waited) {  // it never begins
    finish(*waited, {"interrupted"});
    return finish(request);
  }
  finish(request, {runs ? "interrupt-id-mismatch" : "session-idle"});
}

void Server::input(const Request& request) {
  const std::string text = request.textOr("stdin", "");
  if (!noInput_) {
    unread_ += text;
    noInput_ = text.empty();  // no text is the end of the input, for good
    pushInput();
  }
  finish(request);
}

void Server::runEntry(const Request& request, const std::string& text, const std::string& name) {
  char bytes[16];
  while (::read(wake_[0], bytes, sizeof bytes) > 0) {
  }
  {
    const std::lock_guard lock(mutex_);
    if (ends_) return;
    asked_ = request;
    runs_ = true;
    wasInterrupted_ = false;
    entries_->watch().reset();
    forgetInterrupt();
  }
  const Dialog::Result result = entries_->run(text, name);
  bool interrupted = false;
  {
    const std::lock_guard lock(mutex_);
    interrupted = std::exchange(wasInterrupted_, false);
    runs_ = false;
    entries_->watch().reset();
  }
  flushOut();
  drain();
  if (!result.diagnostics.empty()) answer(request, {{"err", result.diagnostics}});
  if (result.state == Dialog::Result::Done) {
    answer(request, {{"ns", Namespace}, {"value", literalText(*context_, result.value)}});
    return finish(request);
  }
  std::string kind = "SyntaxError";
  if (result.state == Dialog::Result::Raised) {
    kind = kindName(*context_, context_->exception);
    if (isInstance(context_->exception))
      kind = classOf(*context_, context_->exception)->name.get().symbol().text();
    const std::string report = entries_->uncaught(text, name);
    if (interrupted) return finish(request, {"interrupted"});
    answer(request, {{"err", report}});
  }
  answer(request, {{"ex", kind},
                   {"root-ex", kind},
                   {"ns", Namespace},
                   {"status", Bencode::List{"eval-error"}}});
  finish(request);
}

void Server::evaluate(const Request& request) {
  const std::string* code = request.text("code");
  if (!code) return refuse(request, "no-code");
  const std::string* file = request.text("file");
  if (!file || file->empty()) return runEntry(request, *code, entries_->nextName());
  runEntry(request, placed(*code, request.numberOr("line", 1), request.numberOr("column", 1)),
           *file);
}

void Server::loadFile(const Request& request) {
  const std::string* text = request.text("file");
  if (!text) return refuse(request, "no-file");
  const std::string* path = request.text("file-path");
  const std::string name = request.textOr("file-name", "<file>");
  runEntry(request, *text, path && !path->empty() ? *path : name);
}

void Server::complete(const Request& request) {
  const std::string prefix = request.textOr("prefix", request.textOr("symbol", "").c_str());
  const driver::Editor::Completions found = driver::completionsFor(*context_, prefix);
  Bencode::List candidates;
  for (const std::string& word : found.words)
    candidates.emplace_back(
        Bencode::Dictionary{{"candidate", word}, {"type", driver::typeOfName(*context_, word)}});
  answer(request, {{"completions", std::move(candidates)}, {"status", Bencode::List{"done"}}});
}

Bencode::Dictionary Server::about(const Request& request) {
  const std::string name = request.textOr("sym", request.textOr("symbol", "").c_str());
  const driver::About about = driver::aboutName(*context_, name);
  if (about.type.empty()) return {};
  Bencode::Dictionary fields{
      {"name", name}, {"ns", Namespace}, {"type", about.type}, {"doc", about.text}};
  std::string arguments = "[";
  for (const std::string& parameter : about.parameters)
    arguments += (arguments.size() > 1 ? " " : "") + parameter;
  if (about.type == "function" || about.type == "method") fields["arglists-str"] = arguments + "]";
  if (!about.file.empty()) {
    std::error_code failed;
    const bool isFile = std::filesystem::exists(about.file, failed);
    fields["file"] = isFile ? std::filesystem::absolute(about.file, failed).string() : about.file;
    fields["line"] = about.line;
    fields["column"] = int64_t{1};
  }
  return fields;
}

void Server::lookUp(const Request& request) {
  Bencode::Dictionary fields = about(request);
  if (fields.empty()) return finish(request, {"lookup-error"});
  answer(request, {{"info", std::move(fields)}, {"status", Bencode::List{"done"}}});
}

void Server::info(const Request& request) {
  Bencode::Dictionary fields = about(request);
  if (fields.empty()) return finish(request, {"no-info"});
  fields["status"] = Bencode::List{"done"};
  answer(request, std::move(fields));
}

void Server::eldoc(const Request& request) {
  const std::string name = request.textOr("sym", request.textOr("symbol", "").c_str());
  const driver::About about = driver::aboutName(*context_, name);
  const bool isCalled = about.type == "function" || about.type == "method";
  if (about.type.empty()) return finish(request, {"no-eldoc"});
  Bencode::List parameters;
  for (const std::string& parameter : about.parameters) parameters.emplace_back(parameter);
  answer(request, {{"name", name},
                   {"ns", Namespace},
                   {"type", isCalled ? "function" : "variable"},
                   {"eldoc", Bencode::List{std::move(parameters)}},
                   {"docstring", about.summary},
                   {"status", Bencode::List{"done"}}});
}

}  // namespace gene::nrepl
