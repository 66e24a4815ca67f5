#include "driver/Sampling.h"

#include "driver/Command.h"
#include "runtime/Output.h"
#include "runtime/vm/HeapProfile.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Sampler.h"
#include "runtime/vm/Watch.h"

namespace gene::driver {
namespace {

/// The files that samples are written to, by option.
struct Form {
  const char* option;
  std::string (*write)(const profile::Stacks&, const char* title);
};
constexpr Form forms[] = {
    {"profile-folded", [](const profile::Stacks& stacks, const char*) { return stacks.folded(); }},
    {"profile-speedscope",
     [](const profile::Stacks& stacks, const char* title) { return stacks.speedscope(title); }},
    {"profile-svg",
     [](const profile::Stacks& stacks, const char* title) { return stacks.flameGraph(title); }},
};

/// Can the files be written? Asked before the program runs.
bool canWrite(const Options& options) {
  for (const Form& form : forms)
    if (options.has(form.option))
      if (const Status status = writeFile(options.get(form.option), ""); !status) {
        fail(status.message());
        return false;
      }
  return true;
}

void writeForms(const Options& options, const profile::Stacks& stacks, const char* title) {
  for (const Form& form : forms)
    if (options.has(form.option))
      if (const Status status = writeFile(options.get(form.option), form.write(stacks, title));
          !status)
        fail(status.message());
}

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
  if (!canWrite(options)) return false;
  context.vm->run = vm::watchedThreads.run = vm::runSampled;
  atEnd(context, [options] {
    const profile::Stacks stacks = vm::takeSamples();
    if (options.has("profile"))
      writeError(
          "=== Sampled Profile ===\n" +
          (stacks.total() == 0 ? "No samples: it used less than a millisecond\n" : stacks.table()));
    writeForms(options, stacks, "gene run --profile=sample");
  });
  return true;
}

bool profileHeap(Context& context, const Options& options) {
  if (!canWrite(options)) return false;
  auto* profile = new vm::HeapProfile(context);  // as long as the process
  context.vm->watch = new vm::Watch(vm::Watch::Breaks{});
  context.vm->run = vm::runWatched;
  atEnd(context, [=] {
    profile->end();
    writeError(profile->report());
    writeForms(options, profile->stacks(), "gene run --heap-profile");
  });
  return true;
}

}  // namespace gene::driver
