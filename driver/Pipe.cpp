// gene pipe: code that is run for each line of standard input (19-cli.md §19.8).

#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "driver/Job.h"
#include "runtime/Output.h"
#include "runtime/object/Class.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene::driver {
namespace {

/// Standard input line by line. What is collected for standard output is written before waiting for more.
class Lines {
 public:
  bool next(std::string* line) {
    line->clear();
    for (;;) {
      const std::string_view rest = std::string_view(buffer_, size_).substr(at_);
      if (const size_t end = rest.find('\n'); end != std::string_view::npos) {
        line->append(rest.substr(0, end));
        at_ += end + 1;
        break;
      }
      line->append(rest);
      flushOut();
      const ssize_t n = ::read(STDIN_FILENO, buffer_, sizeof buffer_);
      at_ = 0;
      size_ = n > 0 ? static_cast<size_t>(n) : 0;
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0 && line->empty()) return false;
      if (n <= 0) break;
    }
    if (line->ends_with('\r')) line->pop_back();
    return true;
  }

 private:
  char buffer_[65536];
  size_t at_ = 0, size_ = 0;
};

/// What is left of a file without its `#!` line, empty lines and lines that are comments; the lines keep their numbers.
std::string codeOf(const std::string& text, bool* any) {
  std::string code;
  *any = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const size_t first = line.find_first_not_of(" \t\r");
    const bool isComment =
        first != std::string_view::npos && line[first] == '#' &&
        (first + 1 == line.size() || std::strchr(" !#\r", line[first + 1]) != nullptr);
    if (first != std::string_view::npos && !isComment) {
      code += line;
      *any = true;
    }
    code += '\n';
    at = end + 1;
  }
  return code;
}

/// The globals of the program that stand for `$line`.
std::vector<Value*> lineVariables(Program& program) {
  std::vector<Value*> found;
  for (uint32_t i = 0; i < program.globalCount; i++)
    if (program.globalNames[i].text() == "$line") found.push_back(&program.slots[i]);
  return found;
}

int pipeLines(Job& job) {
  Context& context = *createContext(job.runtime);
  const Symbol name = Symbol::of("line");
  namespaceSet(context, context.dollars, name, Value::nil());  // so that the loader finds it
  int code;
  Program* program = loadJob(context, job, &code);
  if (!program) return code;
  const std::vector<Value*> variables = lineVariables(*program);
  const bool filters = job.options.has("filter"), quotes = job.options.has("quote-str");
  auto lines = std::make_unique<Lines>();
  std::string text;
  for (uint64_t number = 1; lines->next(&text); number++) {
    const Value line = checkedString(context, text);
    namespaceSet(context, context.dollars, name, line);
    for (Value* variable : variables) *variable = line;
    const Value result = runModule(context, *program);
    if (result.isPending()) {
      const Value exception = takeException(context);
      writeError("Error at line " + std::to_string(number) + ": " +
                 exceptionMessage(context, exception) + "\n");
      return finishProgram(context, Failed, job.runtime);
    }
    if (filters && result.isTruthy())
      writeOut(text + "\n");
    else if (!filters && !result.isNil())
      writeOut((isString(result) && !quotes ? std::string(stringView(result))
                                            : literalText(context, result)) +
               "\n");
  }
  for (Value* variable : variables) *variable = Value::nil();
  return finishProgram(context, Success, job.runtime);
}

}  // namespace

int pipe(Arguments args) {
  std::vector<OptionSpec> specs = evalSpecs();
  specs.insert(specs.begin(),
               {{"filter", nullptr, "CODE is a condition: print the lines for which it holds"},
                {"quote-str", nullptr, "print strings in quotes"}});
  Job job;
  if (const auto code = readCommandLine("pipe", specs, args, Positionals::StopAtFirst,
                                        UnknownOptions::Tolerated, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  const std::vector<std::string>& words = job.options.positional;
  if (words.empty()) return fail("No code provided. Usage: gene pipe '<code>'");
  std::error_code failed;
  job.runtime.programName = "<pipe>";
  if (words.size() == 1 && std::filesystem::is_regular_file(words[0], failed)) {
    Expected<std::string> text = readFile(words[0]);
    if (!text) return fail(text.message());
    bool any;
    std::string code = codeOf(*text, &any);
    if (!any) return fail("No code found in file (only shebang/comments)");
    job.runtime.programName = words[0];
    job.start = job.session.sources.add(words[0], std::move(code));
  } else {
    std::string code;
    for (const std::string& word : words) code += (code.empty() ? "" : " ") + word;
    job.runtime.sourceText = code;
    job.start = job.session.sources.add("<pipe>", std::move(code));
  }
  return onLargeStack(job.runtime, [&] { return pipeLines(job); });
}

}  // namespace gene::driver
