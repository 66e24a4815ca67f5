// The report of an exception that nobody catches: its place and message, what can be said besides, the stack.

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "frontend/syntax/Suggest.h"
#include "runtime/Runtime.h"
#include "runtime/Trace.h"
#include "runtime/object/Class.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/ContentHash.h"

namespace gene {
namespace {

/// Line `number` of a text.
std::string_view lineOf(std::string_view text, uint32_t number) {
  for (; number > 1 && !text.empty(); number--)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// The text of a file that the program was made from; empty if it is not there any more, or not the same.
/// (Streams would add half a megabyte to every program.)
std::string sourceText(const Program* program, std::string_view name) {
  if (!program) return "";
  const auto input = std::ranges::find_if(
      program->inputs, [&](const SourceInput& i) { return std::string_view(i.name) == name; });
  if (input == program->inputs.end()) return "";
  std::FILE* in = std::fopen(input->name, "r");
  if (!in) return "";
  std::string text;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, in)) text.append(buffer, n);
  std::fclose(in);
  return contentHash(text) == input->hash ? text : "";
}

/// FILE:LINE:COL taken apart; `file` refers to `text`.
Position parsePlace(std::string_view text) {
  const size_t second = text.rfind(':');
  const size_t first = second == std::string_view::npos ? second : text.rfind(':', second - 1);
  if (first == std::string_view::npos) return {};
  return {
      text.substr(0, first),
      static_cast<uint32_t>(std::strtoul(std::string(text.substr(first + 1)).c_str(), nullptr, 10)),
      static_cast<uint32_t>(
          std::strtoul(std::string(text.substr(second + 1)).c_str(), nullptr, 10))};
}

std::vector<ErrorReport::Frame> stackFrames(const Trace& trace) {
  std::vector<ErrorReport::Frame> frames;
  uint64_t left = 0;
  for (uint64_t i = 0; i < trace.count(); i++) {
    const TraceSite* site = trace.at(i);
    if (!site) {
      left++;
      continue;
    }
    if (left != 0) frames.push_back({{}, {}, left});
    left = 0;
    const std::string_view name = site->function;
    frames.push_back({std::string(name.empty()         ? "<unnamed>"
                                  : name == "__init__" ? "<module>"
                                                       : name),
                      {site->file, site->line, site->column}});
  }
  return frames;
}

/// An exception without a message, for people: its class and fields.
std::string describeInstance(Context& context, InstanceObject* instance) {
  const Shape* shape = shapeOfInstance(context, instance);
  std::string text(shape->cls->name.get().symbol().text());
  for (const Symbol name : fieldNames(instance)) {
    if (name == sym::LocationName) continue;
    const Value value = getField(context, instance, name);
    if (!value.isAbsent())
      text += " ^" + std::string(name.text()) + " " + literalText(context, value);
  }
  return text;
}

}  // namespace

std::string exceptionMessage(Context& context, Value exception) {
  if (!isInstance(exception)) return literalText(context, exception);
  const Value message =
      getField(context, static_cast<InstanceObject*>(exception.object()), sym::Message);
  return message.isAbsent() ? literalText(context, exception) : displayText(context, message);
}

namespace {

/// Where the exception was raised; `text` holds the name of the file if it is the exception that says so.
Position placeOf(Context& context, Value exception, const Trace& trace, std::string& text) {
  if (trace.count() != 0) {
    const TraceSite* site = trace.at(0);
    return {site->file, site->line, site->column};
  }
  if (isInstance(exception)) {
    const Value location =
        getField(context, static_cast<InstanceObject*>(exception.object()), sym::LocationName);
    if (isString(location)) text = stringView(location);
    return parsePlace(text);
  }
  return {};
}

/// What a report shows of a place.
struct Shown {
  std::string line;  // of the source; empty: it is not there
  Position end;      // behind the form that begins at the place
};

Shown shownAt(Context& context, const RuntimeOptions& options, const Position& at) {
  if (at.line == 0) return {};
  std::string text;
  if (at.file == options.programName && !options.sourceText.empty())
    text = options.sourceText;
  else if (options.texts && options.texts->contains(at.file))
    text = options.texts->find(at.file)->second;
  else
    text = sourceText(context.program, at.file);
  std::string line(lineOf(text, at.line));
  if (line.empty()) return {};
  Position end = endOfForm(text, at);
  if (end.line == 0) end = {at.file, at.line, at.column + extentAt(line, at.column)};
  return {std::move(line), end};
}

/// Has the form that begins at `from` a semicolon of its own?
bool isChain(std::string_view line, size_t from) {
  int depth = 0;
  bool isText = false;
  for (size_t i = from; i < line.size(); i++) {
    const char c = line[i];
    if (c == '\\')
      i++;
    else if (c == '"')
      isText = !isText;
    else if (isText)
      continue;
    else if (c == '(' || c == '[' || c == '{')
      depth++;
    else if (c == ')' || c == ']' || c == '}')
      depth--;
    if (depth == 0) return false;
    if (depth == 1 && c == ';' && !isText) return true;
  }
  return false;
}

/// The hint for a value that is called: by what stands in the source.
void nameCalled(ErrorReport& report, const std::string& line) {
  const uint32_t column = report.position.column;
  if (report.hints.empty() || column > line.size() || line[column - 1] != '(') return;
  const uint32_t length = extentAt(line, column + 1);
  const std::string called = line.substr(column, length);
  std::string& hint = report.hints[0];
  if (hint.starts_with("brackets around a value")) {
    // (n -1) and (n %2)
    const std::string_view rest = std::string_view(line).substr(column + length);
    const bool isGlued = rest.size() > 2 && rest[0] == ' ' &&
                         std::string_view("+-*/%").find(rest[1]) != std::string_view::npos &&
                         std::isalnum(static_cast<unsigned char>(rest[2]));
    if (isGlued)
      hint = "an operation has blanks around its operator: (" + called + " " +
             std::string(1, rest[1]) + " " +
             std::string(rest.substr(2, rest.find_first_of(" )", 2) - 2)) + ")";
    return;
  }
  if (!hint.starts_with("what is called here")) return;
  if (isChain(line, column - 1)) {
    hint.replace(0, 19, "what stands in front of the semicolon");
    return;
  }
  hint.replace(0, 19, "'" + called + "'");
  if (called.ends_with("/new"))
    hint = "an object is made by (new " + called.substr(0, called.size() - 4) + " ...)";
  else if (const std::string_view foreign = foreignWord(called); !foreign.empty())
    hint = foreign;  // /name++
  else if (called.starts_with("self/") || called.starts_with("/"))
    report.hints.push_back("a method is called by (self ." + called.substr(called.find('/') + 1) +
                           ")");
}

/// What the compiler has seen coming is said once: takes from `expected` what lies in the call that failed, or in that of
/// `refused`, which gave what an annotation refuses, and adds to the report what was said of it. Gives what was said of the
/// latter, if anything. `guesses`: the hints of the report at what a name could mean.
std::string joinExpected(std::vector<ExpectedError>& expected, ErrorReport& report,
                         const std::vector<std::string>& guesses, const TraceSite* refused,
                         const Shown& call) {
  const auto covers = [](const Position& at, const Position& end, const ExpectedError& e) {
    return e.line == at.line && e.file == at.file && e.column >= at.column &&
           (e.line < end.line || e.column < end.column);
  };
  std::string said;
  std::erase_if(expected, [&](const ExpectedError& e) {
    const bool here = covers(report.position, report.end, e);
    const bool there =
        refused && covers({refused->file, refused->line, refused->column}, call.end, e);
    if (!here && !there) return false;
    // Two guesses at the name are one too many: the analyzer knows what is in scope.
    if (!e.hints.empty())
      std::erase_if(report.hints, [&](const std::string& h) {
        return std::ranges::find(guesses, h) != guesses.end();
      });
    for (const std::string& hint : e.hints)
      if (std::ranges::find(report.hints, hint) == report.hints.end())
        report.hints.insert(report.hints.begin(), hint);
    if (there && said.empty()) {
      said = e.message;
      report.notes.push_back({{refused->file, e.line, e.column}, {}, call.line, said});
    }
    return true;
  });
  return said;
}

}  // namespace

std::string describeUncaught(Context& context, const RuntimeOptions& options) {
  const Value exception = context.exception;
  const Trace trace = *context.trace;
  const Explained words = explained(context);
  std::string message = exceptionMessage(context, exception);
  if (options.errorFormat != ErrorFormat::Gene && isInstance(exception)) {
    auto* instance = static_cast<InstanceObject*>(exception.object());
    if (getField(context, instance, sym::Message).isAbsent())
      message = describeInstance(context, instance);
  }
  std::string place;
  const Position position = placeOf(context, exception, trace, place);
  takeException(context);
  const Shown shown = shownAt(context, options, position);
  ErrorReport report{.position = position,
                     .end = shown.end,
                     .message = message,
                     .code = errorCode(message, "GENE.RUNTIME.ERROR"),
                     .severity = "error",
                     .stage = "runtime",
                     .humanCode = {},
                     .sourceLine = shown.line,
                     .hints = words.hints,
                     .notes = {},
                     .stack = stackFrames(trace)};
  Shown definition;
  if (const TraceSite* site = words.definition) {
    const Position at{site->file, site->line, site->column};
    definition = shownAt(context, options, at);
    report.notes.push_back(
        {at, definition.end, definition.line, words.signature + " is defined here"});
  }
  nameCalled(report, shown.line);
  // An annotation refuses what the caller gave.
  Shown call;
  const TraceSite* caller = trace.count() > 1 ? trace.at(1) : nullptr;
  const bool refused = caller && message.starts_with("Type error [GENE_TYPE_MISMATCH]") &&
                       message.find(" in return value of ") == std::string::npos;
  if (caller) call = shownAt(context, options, {caller->file, caller->line, caller->column});
  std::string said;
  if (options.expected)
    said = joinExpected(*options.expected, report, words.guesses, refused ? caller : nullptr, call);
  if (refused && said.empty())
    report.notes.push_back(
        {{caller->file, caller->line, caller->column}, call.end, call.line, "it was called here"});
  return renderError(report, options.errorFormat);
}

}  // namespace gene
