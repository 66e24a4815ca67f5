#include "driver/Command.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "runtime/image/ImageLoader.h"

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
void reportUnknown(const Options& options, std::span<const OptionSpec> specs,
                   std::string_view prefix) {
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

std::optional<int> readCommandLine(std::string_view command, std::span<const OptionSpec> specs,
                                   Arguments args, Positionals positionals, UnknownOptions unknown,
                                   Options& options) {
  Expected<Options> parsed = parseOptions(specs, args, positionals);
  if (!parsed) return misuse(parsed.message());
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

const std::vector<OptionSpec> languageOptionSpecs = {
    {"no-type-check", nullptr, "skip static and run-time type checks"},
    {"no-typecheck", nullptr, "the same"},
    {"strict-nil", nullptr, "refuse nil at typed boundaries that do not admit it"},
    {"contracts", "on|off", "check pre- and postconditions (default on)"},
    {"error-format", "human|gene", "how errors are printed (default human)"},
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
  const std::string format = options.get("error-format");
  if (format == "gene") return ErrorFormat::Gene;
  if (format == "human") return ErrorFormat::Human;
  if (!format.empty()) std::fprintf(stderr, "Unknown error format: %s\n", format.c_str());
  return runtimeOptionsFromEnvironment().errorFormat;
}

int reportDiagnostics(const DiagnosticEngine& diagnostics, ErrorFormat format) {
  for (const Diagnostic& d : diagnostics.all())
    std::fputs(renderDiagnostic(diagnostics.sources(), d, format).c_str(), stderr);
  return diagnostics.hasErrors() ? Failed : Success;
}

int reportDiagnostics(const DiagnosticEngine& diagnostics, ErrorFormat format,
                      const std::string& name) {
  for (const Diagnostic& d : diagnostics.all()) {
    std::string text = renderDiagnostic(diagnostics.sources(), d, format);
    if (format == ErrorFormat::Human && d.severity == Severity::Error) {
      const bool isParse = diagnosticCode(d.id).starts_with("E01");
      text = (isParse ? "Parse error" : "Compilation error") +
             (name.empty() ? ": " : " in " + name + ": ") + text;
    }
    std::fputs(text.c_str(), stderr);
  }
  return diagnostics.hasErrors() ? Failed : Success;
}

Expected<std::string> readFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return Failure{"File not found: " + path};
    return Failure{"Cannot read " + path + ": " + std::strerror(errno)};
  }
  std::string text;
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(file, buffer, sizeof buffer)) > 0) text.append(buffer, n);
  const int error = errno;
  ::close(file);
  if (n < 0) return Failure{"Cannot read " + path + ": " + std::strerror(error)};
  return text;
}

std::string readStandardInput() {
  std::string text;
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0) text.append(buffer, n);
  return text;
}

Status writeFile(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
        std::fflush(stdout) != 0)
      return Failure{std::string("cannot write to standard output: ") + std::strerror(errno)};
    return {};
  }
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) return Failure{"Cannot write " + path + ": " + std::strerror(errno)};
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) return Failure{"Cannot write " + path + ": " + std::strerror(errno)};
  return {};
}

int onLargeStack(const RuntimeOptions& options, const std::function<int()>& body) {
  return runOnLargeStack(
      options, [](void* data) { return (*static_cast<const std::function<int()>*>(data))(); },
      const_cast<std::function<int()>*>(&body));
}

Program* loadProgram(Context& context, ir::Program& program) {
  gene_install_evaluator(&context);
  // The program refers to its image (inline caches are written into it): it lives as long as the process.
  auto* image = new std::vector<uint8_t>(compileToImage(program));
  Expected<Program*> loaded = loadImage(context, *image);
  if (loaded) return *loaded;
  fail("internal error: " + loaded.message());
  return nullptr;
}

Program* loadGirFile(Context& context, const std::string& path) {
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
  Expected<Program*> loaded = loadImage(context, {static_cast<uint8_t*>(bytes), size});
  if (loaded) return *loaded;
  fail("Loading GIR file: Invalid GIR file: " + path + ": " + loaded.message());
  return nullptr;
}

}  // namespace gene::driver
