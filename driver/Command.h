#pragma once
// What the commands share: their functions, how they report failures, and the language options of run, build,
// compile and check. Exit codes: 0 success, 1 failure, 2 wrong usage.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/compile/Session.h"
#include "codegen/eval/Evaluate.h"
#include "driver/Options.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/Runtime.h"
#include "runtime/support/Span.h"

namespace gene::driver {

using Arguments = Span<const std::string>;

#define COMMAND(function, name, alias, arguments, summary) int function(Arguments args);
#include "driver/Commands.def"

inline constexpr int Success = 0, Failed = 1, WrongUsage = 2;

/// Prints "Error: TEXT" on standard error; returns Failed.
int fail(std::string_view text);
/// The same for wrong usage.
int misuse(std::string_view text);

/// What a command does about options that it does not know: goes on (run, eval), fails, or calls it wrong usage.
enum class UnknownOptions { Tolerated, Failure, Misuse };
/// The command line of `command`, and --help. Returns an exit code when nothing is left to do, after saying why.
std::optional<int> readCommandLine(std::string_view command, Span<const OptionSpec> specs,
                                   Arguments args, Positionals positionals, UnknownOptions unknown,
                                   Options& options);
/// The level that -O gives, or `otherwise`; readCommandLine has refused anything but 0 to 3.
int optimisationLevel(const Options& options, int otherwise);
/// The number of processes that --jobs gives, or that of processors; none if it is no such number (JobsMisuse says so).
std::optional<unsigned> jobsOption(const Options& options);
constexpr std::string_view JobsMisuse = "--jobs requires a number from 1 to 1024";

/// A row of Commands.def.
struct CommandRow {
  std::string_view name, alias, arguments, summary;
  int (*function)(Arguments);
};
Span<const CommandRow> commandRows();
/// The options of a command.
std::vector<OptionSpec> optionsOf(const CommandRow& command);

/// The usage line and options of a command, as --help prints them.
std::string commandHelp(std::string_view name, Span<const OptionSpec> specs);

/// --no-type-check, --strict-nil, --contracts, --error-format, --warn: rows for a command's table.
extern const std::vector<OptionSpec> languageOptionSpecs;
LanguageOptions languageOptions(const Options& options);
ErrorFormat errorFormat(const Options& options);
/// Turns warnings on and off as --warn says; an exit code after a name that is none.
std::optional<int> chooseWarnings(const Options& options, DiagnosticEngine& diagnostics);
/// A context to take the built-in names from, made once: for commands that run nothing.
Context* namesContext();
/// `specs` followed by the language options.
std::vector<OptionSpec> withLanguageOptions(std::vector<OptionSpec> specs);

/// All diagnostics on standard error; returns Failed if there is an error among them. With a `name`, errors have a prefix
/// in the human format: "Parse error in NAME: " and so on; of code that has no file, NoFile stands for the name.
inline constexpr std::string_view NoFile = "<input>";
int reportDiagnostics(const DiagnosticEngine& diagnostics, ErrorFormat format,
                      const std::string& name = {});

/// All of a file or of standard input.
Expected<std::string> readFile(const std::string& path);
std::string readStandardInput();
/// Adds a file to the sources, or standard input for "-".
Expected<Location> addSource(SourceManager& sources, const std::string& path);
/// Writes a file, or standard output for "-"; creates missing directories. A file is there as a whole or not at all: it is
/// written under another name and renamed, and keeps the permissions it had.
Status writeFile(const std::string& path, std::string_view bytes);
/// The same for a program that writes the file: `write` gets the name to write to.
Status replaceFile(const std::string& path, const std::function<Status(const std::string&)>& write);
/// Fails if writing to `path` would overwrite one of the files that are read.
Status checkOutput(const std::string& path, const Session& session);

/// A folder of its own below TMPDIR, which is removed with all that lies in it.
class TemporaryFolder {
 public:
  static Expected<std::unique_ptr<TemporaryFolder>> make();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

/// Calls `body` on the large stack that deep sources and deep recursion need; returns its result. `meanwhile` is called on this
/// thread, beside it.
int onLargeStack(const RuntimeOptions& options, const std::function<int()>& body,
                 const std::function<void()>& meanwhile = {});

/// Sees an image before it is loaded, which changes it.
using LookAtImage = std::function<void(Span<const uint8_t> image)>;
/// Makes bytecode of a program and loads it into the context; null after a failure that was reported. `debug`: as compileToImage's.
Program* loadProgram(Context& context, ir::Program& program, const LookAtImage& look = {},
                     DebugTable* debug = nullptr);
/// Loads a .gir file; null after a failure that was reported. The mapping stays for the life of the process.
Program* loadGirFile(Context& context, const std::string& path, const LookAtImage& look = {});

}  // namespace gene::driver
