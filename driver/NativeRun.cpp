#include "driver/NativeRun.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "runtime/image/ImageLoader.h"

extern char** environ;

namespace gene::driver {
namespace {

/// What only the VM can do, or what asks for it.
bool asksForVm(const Job& job) {
  static constexpr const char* options[] = {"no-jit",         "no-cache",
                                            "optimize",       "profile",
                                            "profile-folded", "profile-speedscope",
                                            "profile-svg",    "profile-instructions",
                                            "switch",         "compile",
                                            "repl-on-error",  "debug",
                                            "trace",          "trace-instruction",
                                            "verify-ir",      "heap-profile"};
  return job.runtime.stats || job.options.get("native-tier") == "never" ||
         std::ranges::any_of(options, [&](const char* name) { return job.options.has(name); });
}

/// GENE_JIT_DELAY: milliseconds.
std::chrono::milliseconds chosenDelay(std::chrono::milliseconds otherwise) {
  const char* text = std::getenv("GENE_JIT_DELAY");
  if (!text || *text < '0' || *text > '9') return otherwise;
  constexpr unsigned long Longest = 1000UL * 3600 * 24 * 365;
  return std::chrono::milliseconds(std::min(std::strtoul(text, nullptr, 10), Longest));
}

/// The options that decide what a program means, as words.
std::vector<std::string> languageWords(const Options& options) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& name) {
    const auto found = options.given.find(name);
    if (found == options.given.end()) return;
    if (found->second.empty()) words.push_back("--" + name);
    for (const std::string& value : found->second) words.push_back("--" + name + "=" + value);
  };
  for (const OptionSpec& spec : languageOptionSpecs) add(spec.names);
  add("pkg");
  return words;
}

/// A descriptor to read the text from.
int memoryFile(const std::string& text) {
  const int file = ::memfd_create("gene-source", MFD_CLOEXEC);
  if (file < 0) return -1;
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::write(file, rest.data(), rest.size());
    if (n <= 0) break;
    rest.remove_prefix(static_cast<size_t>(n));
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

}  // namespace

NativeRun::NativeRun(const Job& job, std::string file)
    : job_(job), file_(std::move(file)), folder_([] {
        std::error_code failed;
        return std::filesystem::current_path(failed).string();
      }()) {
  if (asksForVm(job)) {
    log("not used: the options ask for the VM");
    return;
  }
  delay_ = chosenDelay(delay_);
  for (char** entry = environ; *entry; entry++) environment_.push_back(*entry);
  environment_.push_back(nullptr);
  Expected<std::unique_ptr<jit::Cache>> cache = jit::Cache::open(jit::Cache::Access::Read);
  if (cache) {
    cache_ = std::move(*cache);
    compiles_ = true;
    return;
  }
  // A folder that is not there yet is made by the first compiler.
  log(cache.message());
  compiles_ = cache.message().find("No such file") != std::string::npos ||
              cache.message().starts_with("there is no cache");
}

void NativeRun::log(const std::string& text) const {
  if (job_.options.has("jit-log")) std::fprintf(stderr, "jit: %s\n", text.c_str());
}

bool NativeRun::find(const ir::Program& program, const std::vector<std::string>& environment) {
  if (compiles_) identity_.emplace(program, environment);
  if (!cache_) return false;
  const jit::CacheKey key = jit::programKey(*cache_, *identity_, jit::Artefact::Program);
  Expected<const NativeProgram*> found = jit::openProgram(*cache_, key);
  if (!found) {
    log(key.text() + ": " + found.message());
    return false;
  }
  found_ = *found;
  log(key.text() + ": native code from the cache");
  return true;
}

Program* NativeRun::load(Context& context) {
  gene_install_evaluator(&context);
  Expected<Program*> loaded = loadNative(context, *found_);
  if (loaded) return *loaded;
  fail("internal error: " + loaded.message());
  return nullptr;
}

/// Leads the program into the native code that the cache has for it.
bool NativeRun::enter() {
  if (!cache_) {
    Expected<std::unique_ptr<jit::Cache>> cache = jit::Cache::open(jit::Cache::Access::Read);
    if (!cache) return false;
    cache_ = std::move(*cache);
  }
  const jit::CacheKey key = jit::programKey(*cache_, *identity_, jit::Artefact::Entries);
  Expected<const vm::NativeEntries*> entries = jit::openEntries(*cache_, key);
  if (!entries) {
    if (entries.message() != jit::Cache::NotThere) log(entries.message());
    return false;
  }
  const char* which = std::getenv("GENE_JIT_ENTERED");
  const std::optional<vm::EnteredCounts> entered =
      vm::enterNative(*running_, **entries,
                      !which          ? vm::WhichEntered::All
                      : *which == 'e' ? vm::WhichEntered::Even
                                      : vm::WhichEntered::Odd);
  if (!entered) {
    log(key.text() + " belongs to another program");
    return false;
  }
  const auto counted = [](size_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  };
  log(key.text() + ": native code of " + counted(entered->functions, "function") + " and " +
      counted(entered->loops, "loop") + " is entered");
  return true;
}

void NativeRun::begin(Program& program) {
  running_ = &program;
  const bool isNative = cache_ && enter();
  if (compiles_) ended_ = ::eventfd(0, EFD_CLOEXEC);
  const std::lock_guard lock(mutex_);
  isEntered_ = isNative;
  state_ = State::Running;
  changed_.notify_one();
}

void NativeRun::end() {
  const std::lock_guard lock(mutex_);
  state_ = State::Ended;
  changed_.notify_one();
  if (ended_ >= 0) ::eventfd_write(ended_, 1);
}

void NativeRun::watch() {
  if (!compiles_) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_ != State::Preparing; });
    if (state_ == State::Ended || found_) return;
    if (changed_.wait_for(lock, delay_, [&] { return state_ == State::Ended; })) return;
  }
  const int output = startCompiler();
  if (output < 0) return;
  if (!isEntered_ && hears(output)) enter();
  ::close(output);
}

/// Waits until the compiler says that it has something; false if it has ended, or the program has.
bool NativeRun::hears(int output) {
  pollfd waiting[] = {{output, POLLIN, 0}, {ended_, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0)
    if (errno != EINTR) return false;
  char word = 0;
  return waiting[1].revents == 0 && ::read(output, &word, 1) == 1;
}

/// `gene cache add` in a process that is not ours for long: it starts another one, which goes on when this one has ended. Gives
/// what that writes when there is code to enter; -1 after a failure.
int NativeRun::startCompiler() {
  std::vector<std::string> words{"gene", "cache", "add", "--background"};
  for (std::string& word : languageWords(job_.options)) words.push_back(std::move(word));
  words.insert(words.end(), {"--", file_});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const int input = file_ == "-" ? memoryFile(job_.runtime.sourceText)
                                 : ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) {
    if (input >= 0) ::close(input);
    return -1;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t process = 0;
  const int error = input < 0 ? EBADF
                              : ::posix_spawn(&process, "/proc/self/exe", &actions, &attributes,
                                              arguments.data(), environment_.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (input >= 0) ::close(input);
  ::close(output[1]);
  if (error != 0) {
    ::close(output[0]);
    log(std::string("cannot start the compiler: ") + std::strerror(error));
    return -1;
  }
  log("compiling: it has run for " + std::to_string(delay_.count()) + " ms");
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
  return output[0];
}

}  // namespace gene::driver
