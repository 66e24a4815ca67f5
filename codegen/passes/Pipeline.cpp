#include "codegen/passes/Pipeline.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "codegen/ir/Fingerprint.h"
#include "codegen/ir/Verifier.h"
#include "codegen/passes/Passes.h"

namespace gene {
namespace {

using ir::Phase;

struct Pass {
  std::string_view name;
  bool (*onFunction)(ir::Function&, PassContext&);
  bool (*onProgram)(ir::Program&, PassContext&);
  Phase from, until, gives;
  Keeps keeps;
};

template <class Unit>
using Entry = bool (*)(Unit&, PassContext&);
constexpr Pass row(std::string_view name, Entry<ir::Function> f, Phase from, Phase until,
                   Phase gives, Keeps keeps) {
  return {name, f, nullptr, from, until, gives, keeps};
}
constexpr Pass row(std::string_view name, Entry<ir::Program> f, Phase from, Phase until,
                   Phase gives, Keeps keeps) {
  return {name, nullptr, f, from, until, gives, keeps};
}

constexpr Pass passes[] = {
#define PASS(Unit, function, name, from, until, gives, keeps)                                  \
  row(name, static_cast<Entry<unit::Unit>>(function), Phase::from, Phase::until, Phase::gives, \
      Keeps::keeps),
#include "codegen/passes/Passes.def"
};

constexpr const Pass* find(std::string_view name) {
  for (const Pass& pass : passes)
    if (pass.name == name) return &pass;
  return nullptr;
}

// --- the pipelines, by -O level ------------------------------------------------------------------------------------------

using Names = Span<const std::string_view>;

/// Passes in their order, so often; or until a round changes nothing.
struct Group {
  Names passes;
  int rounds = 1;
};

// Level 0 (eval) runs nothing.
constexpr std::string_view quick[] = {"simplify",      "resolve-calls", "resolve-methods",
                                      "variants",      "inline",        "simplify",
                                      "proven-checks", "number-classes"};
constexpr std::string_view resolving[] = {"simplify",       "resolve-calls",   "constant-globals",
                                          "number-classes", "resolve-methods", "initialise-fields",
                                          "simplify",       "variants",        "tail-loops"};
// What a closure does is known once the function that makes it was inlined.
constexpr std::string_view inlining[] = {"expand-methods", "resolve-calls", "inline", "simplify"};
// clang-format off
constexpr std::string_view specialising[] = {
    "elide-scopes", "simplify", "thread-jumps", "simplify", "direct-calls",
    "resolve-calls", "inline", "simplify",  // what parameters are closures of is known
    "drop-unused", "caller-checks",
    "specialise", "infer", "numbers", "simplify", "elide-scopes", "infer",  // what kinds of values there are
    "self-inline", "simplify", "class-versions", "lower-fields", "simplify", "elide-instances", "expand-loops",
    "infer", "simplify", "infer",
    "loop-versions", "simplify", "infer",
    "licm", "unbox", "ranges",
    "drop-methods", "drop-unused"};
// clang-format on

constexpr Group level1[] = {{quick}};
constexpr Group level2[] = {{resolving}, {inlining, 3}, {specialising}};

/// Each pass is there, gets code of a phase that it takes, and from no earlier phase than it has something to do for. At -O1
/// nothing is numbered.
constexpr bool isInOrder(Span<const Group> pipeline) {
  Phase phase = Phase::Source;
  for (const Group& group : pipeline)
    for (int round = 0; round < group.rounds; round++)
      for (const std::string_view name : group.passes) {
        const Pass* pass = find(name);
        if (!pass || phase < pass->from || phase > pass->until) return false;
        phase = std::max(phase, pass->gives);
      }
  return true;
}
static_assert(isInOrder(level1) && isInOrder(level2), "an unknown pass, or out of order");

constexpr bool runs(const Pass& pass) {
  for (const Span<const Group> pipeline : {Span<const Group>(level1), Span<const Group>(level2)})
    for (const Group& group : pipeline)
      if (std::ranges::find(group.passes, pass.name) != group.passes.end()) return true;
  return false;
}
static_assert(std::ranges::all_of(passes, runs), "a pass that never runs");

// --- running -----------------------------------------------------------------------------------------------------------------

#ifdef GENE_ASSERTS
constexpr bool AlwaysVerified = true;
#else
constexpr bool AlwaysVerified = false;
#endif

/// Passes over a program, one after the other.
class Runner {
 public:
  explicit Runner(PassContext& context)
      : context_(context), program_(context.program), analyses_(context.program) {
    context.analyses = &analyses_;
    if (context.times && context.times->empty())
      for (const Pass& pass : passes) context.times->push_back({.pass = pass.name});
  }
  ~Runner() { context_.analyses = nullptr; }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void run(Span<const Group> pipeline) {
    for (const Group& group : pipeline)
      for (int round = 0; round < group.rounds; round++) {
        const uint64_t before = analyses_.revision();
        for (const std::string_view name : group.passes)
          if (name != "inline" || !context_.keepCalls) run(*find(name));
        if (analyses_.revision() == before) break;
      }
  }

  void run(const Pass& pass) {
    if (context_.observe) context_.observe(pass.name, false);
    const auto start = std::chrono::steady_clock::now();
    PassTime unseen;
    PassTime& time = context_.times ? (*context_.times)[number(pass)] : unseen;
    if (pass.onProgram)
      onProgram(pass, time);
    else
      for (ir::Function* function : std::vector(program_.functions))
        onFunction(pass, *function, time);
    program_.phase = std::max(program_.phase, pass.gives);
    time.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (context_.observe) context_.observe(pass.name, true);
    if (!isVerified()) return;
    const std::vector<std::string> problems = ir::verify(program_);
    if (!problems.empty()) give(pass, problems);
  }

 private:
  /// What the functions were like before a pass.
  struct Seen {
    uint64_t all, blocks;
  };

  static size_t number(const Pass& pass) { return static_cast<size_t>(&pass - passes); }
  [[nodiscard]] bool isVerified() const { return context_.verify || AlwaysVerified; }

  void onProgram(const Pass& pass, PassTime& time) {
    std::optional<uint64_t>& quiet = quietPrograms_[number(pass)];
    if (quiet == analyses_.revision()) {
      time.skipped++;
      return;
    }
    std::unordered_map<const ir::Function*, Seen> before;
    if (isVerified())
      for (const ir::Function* function : program_.functions) before[function] = see(*function);
    const bool changed = pass.onProgram(program_, context_);
    time.runs++;
    time.changes += changed;
    for (const ir::Function* function : program_.functions)
      if (auto it = before.find(function); it != before.end())
        check(pass, *function, it->second, changed && analyses_.isChanged(*function));
    if (changed)
      analyses_.endPass(pass.keeps);
    else
      quiet = analyses_.revision();
  }

  void onFunction(const Pass& pass, ir::Function& function, PassTime& time) {
    std::optional<uint64_t>& quiet = quietFunctions_[number(pass)][&function];
    if (quiet == analyses_.revision(function)) {
      time.skipped++;
      return;
    }
    const Seen before = isVerified() ? see(function) : Seen{};
    const bool changed = pass.onFunction(function, context_);
    time.runs++;
    time.changes += changed;
    if (isVerified()) check(pass, function, before, changed);
    if (changed)
      analyses_.endPass(function, pass.keeps);
    else
      quiet = analyses_.revision(function);
  }

  static Seen see(const ir::Function& function) {
    return {ir::fingerprint(function), ir::fingerprintOfBlocks(function)};
  }

  /// Is what the pass says of the function true?
  static void check(const Pass& pass, const ir::Function& function, const Seen& before,
                    bool changed) {
    const Seen now = see(function);
    const std::string name(function.name.text());
    if (!changed && now.all != before.all)
      give(pass, {"function " + name + " has changed, which the pass does not say"});
    if (pass.keeps != Keeps::Nothing && now.blocks != before.blocks)
      give(pass, {"function " + name + " has other blocks, which the pass keeps by its row"});
  }

  [[noreturn]] static void give(const Pass& pass, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems)
      std::fprintf(stderr, "after %.*s: %s\n", static_cast<int>(pass.name.size()), pass.name.data(),
                   problem.c_str());
    std::abort();
  }

  PassContext& context_;
  ir::Program& program_;
  Analyses analyses_;
  // By pass: the revision of the program, of each function, in which it found nothing to do.
  std::optional<uint64_t> quietPrograms_[std::size(passes)];
  std::unordered_map<const ir::Function*, std::optional<uint64_t>>
      quietFunctions_[std::size(passes)];
};

}  // namespace

void runPipeline(PassContext& context) {
  if (context.level == 1) Runner(context).run(level1);
  if (context.level >= 2) Runner(context).run(level2);
}

Status runPasses(PassContext& context, const std::vector<std::string>& names) {
  Phase phase = context.program.phase;
  for (const std::string& name : names) {
    const Pass* pass = find(name);
    if (!pass) return Failure{"no pass is called " + name};
    if (phase > pass->until)
      return Failure{name + " takes code up to the phase " + std::string(nameOf(pass->until)) +
                     ", this is of the phase " + std::string(nameOf(phase))};
    phase = std::max(phase, pass->gives);
  }
  Runner runner(context);
  for (const std::string& name : names) runner.run(*find(name));
  return {};
}

std::string describe(std::vector<PassTime> times) {
  std::ranges::sort(times, std::ranges::greater{}, &PassTime::seconds);
  double sum = 0;
  for (const PassTime& time : times) sum += time.seconds;
  std::string text = "      ms      %    runs changes skipped\n";
  char line[128];
  for (const PassTime& time : times) {
    if (time.runs + time.skipped == 0) continue;
    std::snprintf(line, sizeof line, "%8.2f %6.1f %7u %7u %7u  %.*s\n", time.seconds * 1e3,
                  sum > 0 ? time.seconds / sum * 100 : 0, time.runs, time.changes, time.skipped,
                  static_cast<int>(time.pass.size()), time.pass.data());
    text += line;
  }
  std::snprintf(line, sizeof line, "%8.2f  in all\n", sum * 1e3);
  return text + line;
}

}  // namespace gene
