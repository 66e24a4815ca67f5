#include "driver/Sampling.h"

#include "driver/Command.h"
#include "runtime/Output.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Sampler.h"

namespace gene::driver {
namespace {

/// The files that samples are written to, by option.
struct Form {
  const char* option;
  std::string (*write)(const profile::Stacks&);
};
constexpr const char* Title = "gene run --profile=sample";
constexpr Form forms[] = {
    {"profile-folded", [](const profile::Stacks& stacks) { return stacks.folded(); }},
    {"profile-speedscope", [](const profile::Stacks& stacks) { return stacks.speedscope(Title); }},
    {"profile-svg", [](const profile::Stacks& stacks) { return stacks.flameGraph(Title); }},
};

}  // namespace

bool takesSamples(const Options& options) {
  return (options.has("profile") && !options.get("profile").empty()) ||
         options.has("profile-svg") || options.has("profile-speedscope");
}

bool sampleRun(Context& context, const Options& options) {
  if (const std::string how = options.get("profile", "sample"); how != "sample") {
    fail("--profile or --profile=sample, not --profile=" + how);
    return false;
  }
  for (const Form& form : forms)
    if (options.has(form.option))
      if (const Status status = writeFile(options.get(form.option), ""); !status) {
        fail(status.message());
        return false;
      }
  context.vm->run = vm::watchedThreads.run = vm::runSampled;
  atEnd(context, [options] {
    const profile::Stacks stacks = vm::takeSamples();
    if (options.has("profile"))
      writeError(
          "=== Sampled Profile ===\n" +
          (stacks.total() == 0 ? "No samples: it used less than a millisecond\n" : stacks.table()));
    for (const Form& form : forms)
      if (options.has(form.option))
        if (const Status status = writeFile(options.get(form.option), form.write(stacks)); !status)
          fail(status.message());
  });
  return true;
}

}  // namespace gene::driver
