// gene test: the programs in the test folder of a package, and the examples of its modules.

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "codegen/llvm/Process.h"
#include "driver/Command.h"
#include "frontend/analysis/Packages.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> sourcesIn(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
    if (entry->path().extension() == ".gene") files.push_back(entry->path().string());
  std::ranges::sort(files);
  return files;
}

bool mentionsExamples(const std::string& file) {
  Expected<std::string> text = readFile(file);
  return text && text->find("^examples") != std::string::npos;
}

/// Runs the tests one after another, each in a process of its own.
class Tests {
 public:
  Tests(std::string gene, bool shows) : gene_(std::move(gene)), shows_(shows) {}

  void run(const std::string& command, const std::string& file) {
    const auto start = std::chrono::steady_clock::now();
    Expected<ProcessResult> result = runProcess({gene_, command, file});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const bool passed = result && result->exitCode == 0;
    (passed ? passed_ : failed_)++;
    const std::string shown = fs::path(file).lexically_proximate(fs::current_path()).string();
    std::printf("%s %s%s (%.2f s)\n", passed ? "PASS" : "FAIL", shown.c_str(),
                command == "run-examples" ? " examples" : "", seconds.count());
    if (!passed || shows_) indent(result ? result->output : result.message());
    std::fflush(stdout);
  }
  int summary() const {
    std::printf("Tests run: %u, passed: %u, failed: %u\n", passed_ + failed_, passed_, failed_);
    return failed_ == 0 ? Success : Failed;
  }

 private:
  static void indent(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      std::printf("  %s\n", text.substr(at, end - at).c_str());
      at = end + 1;
    }
  }
  const std::string gene_;
  const bool shows_;
  unsigned passed_ = 0, failed_ = 0;
};

}  // namespace

int testPackage(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"root", "DIR", "the package (default: the one around the current directory)"},
      {"verbose,v", nullptr, "show what tests print that pass"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("test", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  std::error_code failed;
  Tests tests(fs::read_symlink("/proc/self/exe", failed).string(), options.has("verbose"));
  if (!options.positional.empty()) {
    for (const std::string& file : options.positional) {
      if (!fs::is_regular_file(file, failed)) return fail("File not found: " + file);
      tests.run("run", file);
    }
    return tests.summary();
  }
  const std::string from = options.get("root", fs::current_path().string());
  const std::optional<Package> package = packageAround(from);
  if (!package) return fail("Could not find package.gene from: " + from);
  const fs::path root = package->directory;
  const std::vector<std::string> files = sourcesIn(root / package->testDirectory);
  std::vector<std::string> modules = sourcesIn(root / package->sourceDirectory);
  std::erase_if(modules, [](const std::string& file) { return !mentionsExamples(file); });
  if (files.empty() && modules.empty())
    return fail("No tests in " + (root / package->testDirectory).string());
  for (const std::string& file : modules) tests.run("run-examples", file);
  for (const std::string& file : files) tests.run("run", file);
  return tests.summary();
}

}  // namespace gene::driver
