#include "driver/Sandbox.h"

#include <chrono>
#include <filesystem>

#include "runtime/Budget.h"
#include "runtime/support/Sandbox.h"

namespace gene::driver {
namespace {

constexpr OptionSpec Permissions[] = {
#define PERMISSION(name, letter, option, value, what, help) {option, value, help},
#include "runtime/support/Permissions.def"
};

/// A number of at least 1 that an option gives; 0 where it is not given.
Expected<uint64_t> numberOf(const Options& options, const std::string& name) {
  if (!options.has(name)) return uint64_t{0};
  const std::string text = options.get(name);
  uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || text.size() > 15)
      return Failure{"Invalid number '" + text + "' for --" + name};
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  if (number == 0) return Failure{"--" + name + " must be a number of at least 1"};
  return number;
}

}  // namespace

const std::vector<OptionSpec>& sandboxSpecs() {
  static const std::vector<OptionSpec> specs = [] {
    std::vector<OptionSpec> all = {{"sandbox", nullptr,
                                    "a program that is not trusted: no files, network, "
                                    "environment, processes but what is granted"}};
    for (const OptionSpec& permission : Permissions)
      if (*permission.names) all.push_back(permission);
    all.push_back({"max-instructions", "N",
                   "end the program when it has run so many instructions, of the VM"});
    all.push_back({"max-time", "MS", "end the program when it has run for so many milliseconds"});
    return all;
  }();
  return specs;
}

Status beginSandbox(const Options& options, const RuntimeOptions& runtime) {
  Expected<uint64_t> time = numberOf(options, "max-time");
  if (!time) return time.failure();
  Expected<uint64_t> steps = numberOf(options, "max-instructions");
  if (!steps) return steps.failure();
  const bool isOn = options.has("sandbox");
  for (size_t i = 0; i < std::size(Permissions); i++) {
    const std::string name = Permissions[i].names;
    if (name.empty() || !options.has(name)) continue;
    if (!isOn) return Failure{"--" + name + " goes with --sandbox"};
    const std::vector<std::string> values = options.all(name);
    const auto permission = static_cast<Permission>(i);
    if (values.empty())
      if (const Status status = sandbox::grant(permission, {}); !status) return status;
    for (const std::string& value : values)
      if (const Status status = sandbox::grant(permission, value); !status) return status;
  }
  if (isOn) sandbox::begin();
  if (*steps != 0 || (isOn && runtime.maxHeap != 0)) keepToOneThread();
  if (const uint64_t ms = *time) limitTime(std::chrono::milliseconds(ms));
  return {};
}

void confineModules(const std::string& program) {
  if (!sandbox::isOn() || program.empty()) return;
  // Where the file lies, not a link to it: that is where its imports begin.
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::canonical(program, failed);
  if (!failed) sandbox::setModuleFolder(file.parent_path().string());
}

}  // namespace gene::driver
