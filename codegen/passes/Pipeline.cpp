#include "codegen/passes/Pipeline.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "codegen/ir/Verifier.h"
#include "codegen/passes/Passes.h"

namespace gene {
namespace {

struct Pass {
  std::string_view name;
  bool (*onFunction)(ir::Function&, PassContext&);
  bool (*onProgram)(ir::Program&, PassContext&);
};

constexpr Pass passes[] = {
#define FUNCTION_PASS(function, name) {name, function, nullptr},
#define PROGRAM_PASS(function, name) {name, nullptr, function},
#include "codegen/passes/Passes.def"
    {},  // no pass: the end of the table
};

// --- the pipelines, by -O level ------------------------------------------------------------------------------------------

// Level 0 (eval) runs nothing.
constexpr std::string_view level1[] = {"simplify", "resolve-calls", "resolve-methods",
                                       "inline",   "simplify",      "proven-checks"};
// clang-format off
constexpr std::string_view level2[] = {
    "simplify", "resolve-calls", "constant-globals", "number-classes", "resolve-methods",  // which calls are known
    "initialise-fields", "simplify", "tail-loops", "expand-methods", "resolve-calls",
    "inline", "simplify", "expand-methods", "resolve-calls",           // closures that become known by inlining
    "inline", "simplify", "expand-methods", "resolve-calls",
    "inline", "simplify", "elide-scopes", "simplify",
    "direct-calls", "drop-unused", "caller-checks",
    "specialise", "infer", "numbers", "simplify", "elide-scopes", "infer",  // what kinds of values there are
    "self-inline", "simplify", "class-versions", "lower-fields", "simplify", "elide-instances", "expand-loops",
    "infer", "simplify", "infer",
    "loop-versions", "simplify", "infer",
    "licm", "unbox", "ranges",
    "drop-methods", "drop-unused"};
// clang-format on

constexpr bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

constexpr bool arePasses(std::span<const std::string_view> names) {
  return std::ranges::all_of(names, [](std::string_view name) {
    return std::ranges::any_of(passes, [&](const Pass& pass) { return pass.name == name; });
  });
}

static_assert(arePasses(level1) && arePasses(level2), "a name that is no pass");
static_assert(std::ranges::all_of(passes,
                                  [](const Pass& pass) {
                                    return pass.name.empty() || contains(level1, pass.name) ||
                                           contains(level2, pass.name);
                                  }),
              "a pass that never runs");

// -------------------------------------------------------------------------------------------------------------------------

const Pass* find(std::string_view name) {
  for (const Pass& pass : passes)
    if (!pass.name.empty() && pass.name == name) return &pass;
  return nullptr;
}

#ifdef GENE_ASSERTS
constexpr bool AlwaysVerified = true;
#else
constexpr bool AlwaysVerified = false;
#endif

void run(const Pass& pass, PassContext& context) {
  if (context.observe) context.observe(pass.name, false);
  if (pass.onProgram)
    pass.onProgram(context.program, context);
  else
    for (ir::Function* function : std::vector(context.program.functions))
      pass.onFunction(*function, context);
  if (context.observe) context.observe(pass.name, true);
  if (!context.verify && !AlwaysVerified) return;
  const std::vector<std::string> problems = ir::verify(context.program);
  for (const std::string& problem : problems)
    std::fprintf(stderr, "after %.*s: %s\n", static_cast<int>(pass.name.size()), pass.name.data(),
                 problem.c_str());
  if (!problems.empty()) std::abort();
}

}  // namespace

void runPipeline(PassContext& context) {
  std::span<const std::string_view> names;
  if (context.level == 1) names = level1;
  if (context.level >= 2) names = level2;
  for (std::string_view name : names)
    if (name != "inline" || !context.keepCalls) run(*find(name), context);
}

Status runPasses(PassContext& context, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!find(name)) return Failure{"no pass is called " + name};
  for (const std::string& name : names) run(*find(name), context);
  return {};
}

}  // namespace gene
