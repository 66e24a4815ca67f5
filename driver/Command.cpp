#include "driver/Command.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "runtime/image/ImageFormat.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/support/ModuleText.h"

namespace gene::driver {

int fail(std::string_view text) {
  std::fflush(stdout);
  std::fprintf(stderr, "Error: %.*s\n", int(text.size()), text.data());
  return Failed;
}

int misuse(std::string_view text) {
  fail(text);
  return WrongUsage;
}

namespace {

/// Prints "Unknown option: X" and what could have been meant.
void reportUnknown(const Options& options, Span<const OptionSpec> specs, std::string_view prefix) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) {
    const std::string_view all = spec.names;
    names.push_back("--" + std::string(all.substr(0, all.find(','))));
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  for (const std::string& word : options.unknown) {
    std::fprintf(stderr, "%.*sUnknown option: %s\n", int(prefix.size()), prefix.data(),
                 word.c_str());
    if (const std::string_view near =
            nearest(std::string_view(word).substr(0, word.find('=')), candidates);
        !near.empty())
      std::fprintf(stderr, "Did you mean '%.*s'?\n", int(near.size()), near.data());
  }
}

}  // namespace

namespace {
/// Takes the table of the command that is called next, which then does nothing.
std::vector<OptionSpec>* tableTaker = nullptr;
}  // namespace

std::vector<OptionSpec> optionsOf(const CommandRow& command) {
  std::vector<OptionSpec> specs;
  tableTaker = &specs;
  const std::vector<std::string> help{"--help"};
  command.function(help);
  tableTaker = nullptr;
  return specs;
}

std::optional<int> readCommandLine(std::string_view command, Span<const OptionSpec> specs,
                                   Arguments args, Positionals positionals, UnknownOptions unknown,
                                   Options& options) {
  if (tableTaker) {
    tableTaker->assign(specs.begin(), specs.end());
    return Success;
  }
  Expected<Options> parsed = parseOptions(specs, args, positionals);
  if (!parsed)
    return unknown == UnknownOptions::Failure ? fail(parsed.message()) : misuse(parsed.message());
  options = std::move(*parsed);
  if (options.has("help")) {
    std::fputs(commandHelp(command, specs).c_str(), stdout);
    return Success;
  }
  if (!options.unknown.empty()) {
    std::fflush(stdout);
    const bool tolerated = unknown == UnknownOptions::Tolerated;
    reportUnknown(options, specs, tolerated ? "" : "Error: ");
    if (!tolerated) return unknown == UnknownOptions::Misuse ? WrongUsage : Failed;
  }
  const std::string level = options.get("optimize", "0");
  if (level.size() != 1 || level[0] < '0' || level[0] > '3')
    return misuse("Invalid optimisation level '" + level + "'. Must be: 0, 1, 2, or 3");
  return std::nullopt;
}

int optimisationLevel(const Options& options, int otherwise) {
  return options.has("optimize") ? options.get("optimize")[0] - '0' : otherwise;
}

std::optional<unsigned> jobsOption(const Options& options) {
  if (!options.has("jobs")) return std::max(1U, std::thread::hardware_concurrency());
  constexpr unsigned long Most = 1024;
  const unsigned long jobs = std::strtoul(options.get("jobs").c_str(), nullptr, 10);
  if (jobs == 0 || jobs > Most) return std::nullopt;
  return static_cast<unsigned>(jobs);
}

const std::vector<OptionSpec> languageOptionSpecs = {
    {"no-type-check", nullptr, "skip static and run-time type checks"},
    {"no-typecheck", nullptr, "the same"},
    {"strict-nil", nullptr, "refuse nil at typed boundaries that do not admit it"},
    {"contracts", "on|off", "check pre- and postconditions (default on)"},
    {"error-format", "human|gene|json", "how errors are printed (default human)"},
    {"warn", "[no-]NAME|all|none", "turn a warning on or off; gene explain lists them"},
};

std::vector<OptionSpec> withLanguageOptions(std::vector<OptionSpec> specs) {
  specs.insert(specs.end(), languageOptionSpecs.begin(), languageOptionSpecs.end());
  return specs;
}

LanguageOptions languageOptions(const Options& options) {
  LanguageOptions result;
  result.typeCheck = !options.has("no-type-check") && !options.has("no-typecheck");
  result.strictNil = options.has("strict-nil");
  const std::string contracts = options.get("contracts", "on");
  if (contracts == "off" || contracts == "false" || contracts == "0")
    result.contracts = false;
  else if (contracts != "on" && contracts != "true" && contracts != "1")
    std::fprintf(stderr, "Unknown contracts mode: %s\n", contracts.c_str());
  return result;
}

ErrorFormat errorFormat(const Options& options) {
  const std::string name = options.get("error-format");
  ErrorFormat format = runtimeOptionsFromEnvironment().errorFormat;
  if (!name.empty() && !parseErrorFormat(name, &format))
    std::fprintf(stderr, "Unknown error format: %s\n", name.c_str());
  return format;
}

std::optional<int> chooseWarnings(const Options& options, DiagnosticEngine& diagnostics) {
  for (const std::string& name : options.all("warn")) {
    if (diagnostics.setWarning(name)) continue;
    std::vector<std::string> names;
    for (uint16_t i = 0; i < DiagnosticCount; i++)
      if (diagnosticCode(Diag{i}).starts_with('W')) names.push_back(warningName(Diag{i}));
    std::string text = "Unknown warning: " + name;
    const bool off = name.starts_with("no-");
    if (const std::string_view near = nearest(
            off ? name.substr(3) : name, std::vector<std::string_view>(names.begin(), names.end()));
        !near.empty())
      text += "\nDid you mean '" + std::string(off ? "no-" : "") + std::string(near) + "'?";
    return misuse(text);
  }
  return std::nullopt;
}

Context* namesContext() {
  static Context* const context = createContext(RuntimeOptions{});
  return context;
}

int reportDiagnostics(const DiagnosticEngine& diagnostics, ErrorFormat format,
                      const std::string& name) {
  std::fflush(stdout);
  for (const Diagnostic& d : diagnostics.all()) {
    std::string text = renderDiagnostic(diagnostics.sources(), d, format);
    if (format == ErrorFormat::Human && d.severity == Severity::Error && !name.empty()) {
      const bool isParse = diagnosticCode(d.id).starts_with("E01");
      text = (isParse ? "Parse error" : "Compilation error") +
             (name == NoFile ? ": " : " in " + name + ": ") + text;
    }
    std::fputs(text.c_str(), stderr);
  }
  if (diagnostics.omitted() != 0 && format == ErrorFormat::Human)
    std::fprintf(stderr, "%u more errors are not shown\n", diagnostics.omitted());
  return diagnostics.hasErrors() ? Failed : Success;
}

int onLargeStack(const RuntimeOptions& options, const std::function<int()>& body,
                 const std::function<void()>& meanwhile) {
  struct Both {
    const std::function<int()>& body;
    const std::function<void()>& meanwhile;
  } both{body, meanwhile};
  return runOnLargeStack(
      options, [](void* data) { return static_cast<Both*>(data)->body(); }, &both,
      [](void* data) {
        if (const Both& b = *static_cast<Both*>(data); b.meanwhile) b.meanwhile();
      });
}

Program* loadProgram(Context& context, ir::Program& program, const LookAtImage& look,
                     DebugTable* debug) {
  gene_install_evaluator(&context);
  // The program refers to its image (inline caches are written into it): it lives as long as the process.
  auto* image = new std::vector<uint8_t>(compileToImage(program, debug));
  if (look) look(*image);
  Expected<Program*> loaded = loadImage(context, *image, ImageOrigin::Compiler);
  if (loaded) return *loaded;
  fail("internal error: " + loaded.message());
  return nullptr;
}

Program* loadGirFile(Context& context, const std::string& path, const LookAtImage& look) {
  gene_install_evaluator(&context);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (file < 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int error = errno;
    if (file >= 0) ::close(file);
    fail(file < 0 && error == ENOENT ? "File not found: " + path : "Cannot read " + path);
    return nullptr;
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* bytes =
      size ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0) : nullptr;
  ::close(file);
  if (bytes == MAP_FAILED) {
    fail("Cannot read " + path + ": " + std::strerror(errno));
    return nullptr;
  }
  const std::string_view whole(static_cast<const char*>(bytes), size);
  const Span<uint8_t> image(static_cast<uint8_t*>(bytes), withoutModuleText(whole).size());
  if (look && image::readHeader(image)) look(image);
  Expected<Program*> loaded = loadImage(context, image, ImageOrigin::File);
  if (loaded) return *loaded;
  fail("Loading GIR file: Invalid GIR file: " + path + ": " + loaded.message());
  return nullptr;
}

}  // namespace gene::driver
