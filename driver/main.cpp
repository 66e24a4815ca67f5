// The `gene` command: finds the command and hands it the rest of the line.

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "codegen/link/Native.h"
#include "driver/Command.h"

namespace gene::driver {
namespace {

using Entry = CommandRow;
constexpr Entry entries[] = {
#define COMMAND(function, name, alias, arguments, summary) \
  {name, alias, arguments, summary, function},
#include "driver/Commands.def"
};

std::string overview() {
  std::string text = "Usage: gene COMMAND [options] [arguments]\n\nCommands:\n";
  for (const Entry& e : entries) {
    std::string line = "  " + std::string(e.name);
    line.resize(15, ' ');
    text += line + std::string(e.summary) + "\n";
  }
  text +=
      "  help         this text; gene help COMMAND tells about one command\n"
      "\n"
      "Examples:\n"
      "  gene run program.gene one two\n"
      "  gene eval -p '(1 + 2)'\n"
      "  gene build program.gene -o program\n"
      "  gene compile program.gene && gene run build/program.gir\n";
  return text;
}

int unknownCommand(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Entry& e : entries) names.push_back(e.name);
  std::fprintf(stderr, "Error: Unknown command: %s\n", name.c_str());
  if (const std::string_view near = nearest(name, names); !near.empty())
    std::fprintf(stderr, "Did you mean '%.*s'?\n", int(near.size()), near.data());
  std::fprintf(stderr, "\n%s", overview().c_str());
  return Failed;
}

int dispatch(const std::vector<std::string>& words) {
  static const std::string_view help[] = {"help", "h", "-h", "--help"};
  const bool wantsHelp =
      words.empty() || std::find(std::begin(help), std::end(help), words[0]) != std::end(help);
  const auto command = [](const std::string& name) {
    return std::find_if(std::begin(entries), std::end(entries), [&](const Entry& e) {
      return name == e.name || (!e.alias.empty() && name == e.alias);
    });
  };
  if (wantsHelp) {
    // `gene help COMMAND` is `gene COMMAND --help`.
    if (words.size() > 1)
      if (const auto* e = command(words[1]); e != std::end(entries)) {
        const std::vector<std::string> option{"--help"};
        return e->function(option);
      }
    std::fputs(overview().c_str(), stdout);
    return Success;
  }
  if (words[0] == "--version" || words[0] == "-V" || words[0] == "version") {
    std::puts("gene " GENE_VERSION);
    return Success;
  }
  if (const auto* e = command(words[0]); e != std::end(entries))
    return e->function(Arguments(words).subspan(1));
  // `gene FILE.gene` is `gene run FILE.gene`.
  if (words[0].ends_with(".gene") || words[0].ends_with(".gir")) return run(words);
  return unknownCommand(words[0]);
}

}  // namespace

Span<const CommandRow> commandRows() { return entries; }

std::string commandHelp(std::string_view name, Span<const OptionSpec> specs) {
  for (const Entry& e : entries)
    if (e.name == name)
      return "Usage: gene " + std::string(name) + (e.arguments.empty() ? "" : " ") +
             std::string(e.arguments) + "\n\n" + std::string(e.summary) + "\n\n" +
             optionsHelp(specs);
  GENE_UNREACHABLE("a command of the table");
}

}  // namespace gene::driver

int main(int argc, char** argv) {
  // In a package lib/gene/ld.lld is a link to this command, which has LLVM's linker beside it.
  if (std::string_view(argv[0]).ends_with("/ld.lld")) {
    gene::Expected<int> code = gene::runLinker(argc, argv);
    return code ? *code : gene::driver::fail(code.message());
  }
  const int status = gene::driver::dispatch(std::vector<std::string>(argv + 1, argv + argc));
  if (std::fflush(stdout) == 0 || status != gene::driver::Success) return status;
  if (errno == EPIPE) {  // nobody reads any more
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return gene::driver::fail(std::string("cannot write to standard output: ") +
                            std::strerror(errno));
}
