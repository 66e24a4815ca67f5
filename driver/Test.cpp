// gene test: the programs in the test folder of a package, and the examples of its modules.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <unistd.h>

#include "codegen/link/Process.h"
#include "driver/Command.h"
#include "driver/TestReport.h"
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

bool mentions(const std::string& file, std::string_view word) {
  Expected<std::string> text = readFile(file);
  return text && text->find(word) != std::string::npos;
}

struct Run {
  std::string command, file;
};

/// Runs programs, each in a process of its own and some at a time, and tells of them in their order.
class Tests {
 public:
  /// `folder` is for what the programs say of their tests.
  Tests(std::string gene, const Options& options, std::string folder)
      : gene_(std::move(gene)),
        shows_(options.has("verbose")),
        filter_(options.get("filter")),
        folder_(std::move(folder)) {}
  Tests(const Tests&) = delete;

  void run(const std::vector<Run>& runs, unsigned jobs) {
    std::vector<std::optional<TestFile>> done(runs.size());
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::min<size_t>(jobs, runs.size()); i++)
      workers.emplace_back([&] {
        for (size_t at; (at = next++) < runs.size();) {
          TestFile file = runOne(runs[at], at);
          const std::lock_guard lock(mutex);
          done[at] = std::move(file);
          changed.notify_all();
        }
      });
    for (std::optional<TestFile>& file : done) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return file.has_value(); });
      lock.unlock();
      if (!file->cases.empty()) tell(*file);
    }
  }

  /// The exit code.
  int summary() const {
    size_t counts[3] = {};
    for (const TestFile& file : files_)
      for (const TestCase& test : file.cases) counts[static_cast<size_t>(test.state)]++;
    const auto [passed, failed, skipped] = counts;
    std::printf("Tests run: %zu, passed: %zu, failed: %zu", passed + failed, passed, failed);
    if (skipped) std::printf(", skipped: %zu", skipped);
    std::printf("\n");
    return failed == 0 ? Success : Failed;
  }
  [[nodiscard]] const std::vector<TestFile>& files() const { return files_; }

 private:
  /// Is a file whose name does not hold the filter's text worth running?
  bool isWanted(const Run& run) const {
    return shown(run).find(filter_) != std::string::npos ||
           (run.command == "run" && mentions(run.file, "test!"));
  }

  static std::string shown(const Run& run) {
    const std::string name = fs::path(run.file).lexically_proximate(fs::current_path()).string();
    return run.command == "run" ? name : name + " examples";
  }

  TestFile runOne(const Run& run, size_t number) const {
    TestFile file;
    file.name = shown(run);
    if (!isWanted(run)) return file;
    const std::string records = folder_ + "/" + std::to_string(number);
    std::vector<std::string> environment{"GENE_TEST_REPORT=" + records};
    const bool isFiltered = file.name.find(filter_) == std::string::npos;
    if (isFiltered) environment.push_back("GENE_TEST_FILTER=" + filter_);
    const auto start = std::chrono::steady_clock::now();
    Expected<ProcessResult> result = runProcess({gene_, run.command, run.file}, environment);
    file.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    file.output = result ? result->output : result.message();
    if (Expected<std::string> text = readFile(records)) file.cases = readTestRecords(*text);
    const bool passed = result && result->exitCode == 0;
    const bool isCounted = !file.cases.empty() || isFiltered;
    if (passed ? !isCounted : file.count(TestCase::State::Failed) == 0) {
      TestCase& whole = file.cases.emplace_back();
      whole.name = file.name;
      whole.seconds = file.seconds;
      if (!passed) whole.state = TestCase::State::Failed;
      if (result && !passed) whole.message = "exit code " + std::to_string(result->exitCode);
    }
    return file;
  }

  void tell(TestFile& file) {
    const bool passed = file.count(TestCase::State::Failed) == 0;
    const bool isWhole = file.cases.size() == 1 && file.cases[0].name == file.name;
    const std::string tests = isWhole ? ""
                                      : ": " + std::to_string(file.cases.size()) +
                                            (file.cases.size() == 1 ? " test" : " tests");
    std::printf("%s %s%s (%.2f s)\n", passed ? "PASS" : "FAIL", file.name.c_str(), tests.c_str(),
                file.seconds);
    if (!passed || shows_) indent(file.output);
    std::fflush(stdout);
    files_.push_back(std::move(file));
  }

  static void indent(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      std::printf("  %s\n", text.substr(at, end - at).c_str());
      at = end + 1;
    }
  }

  const std::string gene_;
  const bool shows_;
  const std::string filter_;
  const std::string folder_;  // of records
  std::vector<TestFile> files_;
};

/// The runs that files and folders stand for; the text of a mistake, or empty.
std::string runsOf(const std::vector<std::string>& names, std::vector<Run>& runs) {
  std::error_code failed;
  for (const std::string& name : names) {
    if (fs::is_regular_file(name, failed)) {
      runs.push_back({"run", name});
      continue;
    }
    if (!fs::is_directory(name, failed)) return "File not found: " + name;
    for (const std::string& file : sourcesIn(name)) runs.push_back({"run", file});
    if (runs.empty()) return "No tests in " + name;
  }
  return {};
}

/// Those of a package: the examples of its modules, and its tests.
std::string runsOfPackage(const std::string& from, std::vector<Run>& runs) {
  const std::optional<Package> package = packageAround(from);
  if (!package) return "Could not find package.gene from: " + from;
  const fs::path root = package->directory;
  for (const std::string& file : sourcesIn(root / package->sourceDirectory))
    if (mentions(file, "^examples")) runs.push_back({"run-examples", file});
  for (const std::string& file : sourcesIn(root / package->testDirectory))
    runs.push_back({"run", file});
  return runs.empty() ? "No tests in " + (root / package->testDirectory).string() : std::string();
}

}  // namespace

int testPackage(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"root", "DIR", "the package (default: the one around the current directory)"},
      {"filter", "TEXT",
       "only files whose path has this text, and tests and suites whose name has"},
      {"jobs,j", "N", "so many programs at a time (default: the number of processors)"},
      {"junit", "FILE", "writes a report in JUnit's XML as well"},
      {"verbose,v", nullptr, "show what tests print that pass"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("test", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const std::optional<unsigned> jobs = jobsOption(options);
  if (!jobs) return misuse(JobsMisuse);
  std::vector<Run> runs;
  const std::string mistake =
      options.positional.empty()
          ? runsOfPackage(options.get("root", fs::current_path().string()), runs)
          : runsOf(options.positional, runs);
  if (!mistake.empty()) return fail(mistake);
  Expected<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::make();
  if (!folder) return fail(folder.message());
  std::error_code failed;
  Tests tests(fs::read_symlink("/proc/self/exe", failed).string(), options, (*folder)->path());
  tests.run(runs, *jobs);
  if (options.has("filter") && tests.files().empty())
    return fail("No test has '" + options.get("filter") + "' in its name");
  if (options.has("junit"))
    if (const Status written = writeFile(options.get("junit"), junitReport(tests.files()));
        !written)
      return fail(written.message());
  return tests.summary();
}

}  // namespace gene::driver
