// gene cache: the native code that is kept from one run to the next (docs/jit.md).

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "codegen/jit/Programs.h"
#include "codegen/link/Link.h"
#include "codegen/link/Native.h"
#include "driver/Job.h"

namespace gene::driver {
namespace {

const std::vector<OptionSpec>& cacheSpecs() {
  static const std::vector<OptionSpec> specs = withLanguageOptions({
      {"pkg", "NAME|DIR", "add: the package that the program belongs to; FILE is relative to it"},
      {"background", nullptr, "add: return at once, and compile when nothing else has to be done"},
      {"entries", nullptr, "add: not the whole program, but what one that runs in the VM enters"},
      {"help,h", nullptr, "this text"},
  });
  return specs;
}

std::string sizeText(uint64_t bytes) {
  char text[40];
  if (bytes < 1000 * 1000)
    std::snprintf(text, sizeof text, "%.1f kB", double(bytes) / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1f MB", double(bytes) / 1e6);
  return text;
}

std::string ageText(int64_t seconds) {
  static constexpr struct {
    int64_t seconds;
    const char* name;
  } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
  for (const auto& unit : units)
    if (seconds >= 2 * unit.seconds)
      return std::to_string(seconds / unit.seconds) + " " + unit.name + " ago";
  return "just now";
}

int listCache(const jit::Cache& cache) {
  const std::vector<jit::Cache::Entry> entries = cache.entries();
  uint64_t sum = 0;
  // A line for all files of the same label, where the one used last stands.
  struct Line {
    const jit::Cache::Entry* first;
    uint64_t size = 0;
    size_t count = 0;
  };
  std::vector<Line> lines;
  std::unordered_map<std::string_view, size_t> places;
  for (const jit::Cache::Entry& entry : entries) {
    sum += entry.size;
    const std::string_view text = entry.label.empty() ? entry.name : entry.label;
    const auto [place, isNew] = places.try_emplace(text, lines.size());
    if (isNew) lines.push_back({&entry});
    lines[place->second].size += entry.size;
    lines[place->second].count++;
  }
  for (const auto& [entry, size, count] : lines) {
    const std::string& text = entry->label.empty() ? entry->name : entry->label;
    std::printf("%10s  %-15s  %s%s\n", sizeText(size).c_str(),
                ageText(std::time(nullptr) - entry->lastUse).c_str(), text.c_str(),
                count > 1 ? (", " + std::to_string(count) + " files").c_str() : "");
  }
  std::printf("%zu file%s, %s of at most %s, in %s\n", entries.size(),
              entries.size() == 1 ? "" : "s", sizeText(sum).c_str(),
              sizeText(jit::Cache::limit()).c_str(), cache.path().c_str());
  return Success;
}

/// The native code of a program as a shared object.
Expected<std::string> sharedObject(const ir::Program& program) {
  Expected<std::vector<std::string>> objects =
      emitNative(program, {.level = 2, .lines = false, .shared = true});
  if (!objects) return objects.failure();
  Expected<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::make();
  if (!folder) return folder.failure();
  LinkOptions link{.objects = {(*folder)->path() + "/program.o"},
                   .output = (*folder)->path() + "/program.so",
                   .kind = LinkOptions::Kind::Shared,
                   .linker = {}};
  if (Status status = writeFile(link.objects[0], objects->front()); !status)
    return Failure{status.message()};
  if (Status status = gene::link(link); !status) return Failure{status.message()};
  return readFile(link.output);
}

/// Compiles the job's program for the cache, unless it is there: the whole of it, or what a VM that runs it enters.
int addProgram(Job& job, jit::Cache& cache, jit::Artefact artefact) {
  DiagnosticEngine& diagnostics = job.session.diagnostics;
  if (const auto code = chooseWarnings(job.options, diagnostics)) return *code;
  CompileOptions& compile = job.session.options;
  compile.language = languageOptions(job.options);
  compile.language.package = job.package;
  compile.level = 2;
  compile.native = true;
  compile.entered = artefact == jit::Artefact::Entries;
  compile.names = namesContext();
  jit::CacheKey key;
  bool isThere = false;
  compile.analysed = [&](const ir::Program& program, const std::vector<std::string>& environment) {
    key = jit::programKey(cache, jit::ProgramIdentity(program, environment), artefact);
    Expected<int> file = cache.find(key);
    if (file) ::close(*file);
    isThere = file.ok();
    return !isThere;
  };
  std::unique_ptr<ir::Program> program = job.session.compile(job.start);
  if (reportDiagnostics(diagnostics, errorFormat(job.options)) != Success || !program)
    return Failed;
  const std::string name(program->mainFile);
  if (isThere) {
    std::printf("Up-to-date: %s\n", name.c_str());
    return Success;
  }
  Expected<std::string> bytes = sharedObject(*program);
  if (!bytes) return fail(bytes.message());
  const std::string label = compile.entered ? name + " (to enter)" : name;
  if (Status status = cache.add(key, label, *bytes); !status) return fail(status.message());
  std::printf("Compiled: %s (%s)\n", label.c_str(), sizeText(bytes->size()).c_str());
  return Success;
}

/// How far the compiler gives way: less as long as a program waits for what it makes.
constexpr int Patient = 5, MostPatient = 19;

/// First what the running program enters, in a process of its own: what it prints, or its end, is heard there. Then the
/// whole program.
int addBoth(Job& job, jit::Cache& cache) {
  const pid_t process = ::fork();
  if (process == 0) {
    const int code =
        onLargeStack(job.runtime, [&] { return addProgram(job, cache, jit::Artefact::Entries); });
    std::fflush(stdout);
    ::_exit(code);
  }
  while (process > 0 && ::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::setpriority(PRIO_PROCESS, 0, MostPatient);
  return onLargeStack(job.runtime, [&] { return addProgram(job, cache, jit::Artefact::Program); });
}

/// Goes on as a process of its own session that gives way to others; false in the process that may end.
bool goToBackground() {
  const pid_t process = ::fork();
  if (process < 0) return true;
  if (process > 0) return false;
  ::setsid();
  std::signal(SIGPIPE, SIG_IGN);  // nobody may listen any more
  ::setpriority(PRIO_PROCESS, 0, Patient);
  constexpr int WhoProcess = 1, ClassIdle = 3 << 13;  // linux/ioprio.h
  ::syscall(SYS_ioprio_set, WhoProcess, 0, ClassIdle);
  const rlimit seconds{300, 300};  // of CPU
  ::setrlimit(RLIMIT_CPU, &seconds);
  const rlimit noCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &noCore);
  // Where memory runs out, this process ends first.
  if (std::FILE* file = std::fopen("/proc/self/oom_score_adj", "we")) {
    std::fputs("1000", file);
    std::fclose(file);
  }
  return true;
}

int addToCache(Job& job) {
  const std::vector<std::string>& words = job.options.positional;
  if (words.size() != 2) return misuse("gene cache add takes one file");
  if (!choosePackage(job)) return Failed;
  const bool isText = words[1] == "-";
  const std::string path = job.package.empty() || isText
                               ? words[1]
                               : (std::filesystem::path(job.package) / words[1]).string();
  Expected<Location> start = addSource(job.session.sources, path);
  if (!start) return fail(start.message());
  job.start = *start;
  const bool inBackground = job.options.has("background");
  if (inBackground && !goToBackground()) ::_exit(Success);
  Expected<std::unique_ptr<jit::Cache>> cache = jit::Cache::open(jit::Cache::Access::Write);
  if (!cache) return fail(cache.message());
  // One process compiles at a time. What nobody waits for has another chance.
  constexpr int Seconds = 600, SecondsBeside = 5;
  if (Status status = (*cache)->lock(inBackground ? SecondsBeside : Seconds); !status)
    return fail(status.message());
  if (inBackground) return addBoth(job, **cache);
  const jit::Artefact artefact =
      job.options.has("entries") ? jit::Artefact::Entries : jit::Artefact::Program;
  return onLargeStack(job.runtime, [&] { return addProgram(job, **cache, artefact); });
}

}  // namespace

int cache(Arguments args) {
  Job job;
  if (const auto code = readCommandLine("cache", cacheSpecs(), args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, job.options))
    return *code;
  const std::vector<std::string>& words = job.options.positional;
  if (!words.empty() && words[0] == "add") {
    job.runtime = runtimeOptionsFromEnvironment();
    return addToCache(job);
  }
  if (words.size() > 1 || (!words.empty() && words[0] != "clear" && words[0] != "list"))
    return misuse("Unknown subcommand for cache: " + words[0] + ". Must be: list, clear, or add");
  Expected<std::unique_ptr<jit::Cache>> cache = jit::Cache::open(jit::Cache::Access::Read);
  if (!cache) return fail("the cache cannot be used: " + cache.message());
  if (words.empty() || words[0] == "list") return listCache(**cache);
  const size_t count = (*cache)->clear();
  std::printf("Removed: %zu file%s\n", count, count == 1 ? "" : "s");
  return Success;
}

}  // namespace gene::driver
