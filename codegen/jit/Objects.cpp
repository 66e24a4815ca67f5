#include "codegen/jit/Objects.h"

#include <algorithm>
#include <filesystem>

#include "codegen/link/Installation.h"

namespace gene::jit {
namespace {

/// Changes when the contents of a key do.
constexpr std::string_view ObjectFormat = "object 1", OutputFormat = "executable 1";

}  // namespace

std::unique_ptr<BuildStore> BuildStore::open(std::string_view program) {
  Expected<std::unique_ptr<Cache>> cache = Cache::open(Cache::Access::Write);
  if (!cache) return nullptr;
  return std::unique_ptr<BuildStore>(new BuildStore(std::move(*cache), std::string(program)));
}

BuildStore::BuildStore(std::unique_ptr<Cache> cache, std::string program)
    : cache_(std::move(cache)), program_(std::move(program)), compiler_(compilerIdentity()) {}

CacheKey BuildStore::keyOf(std::string_view code) const {
  const std::string_view parts[] = {ObjectFormat, compiler_, code};
  return cache_->key(parts);
}

std::optional<std::string> BuildStore::find(std::string_view code) const {
  Expected<std::string> object = cache_->read(keyOf(code));
  if (!object) return std::nullopt;
  return std::move(*object);
}

void BuildStore::keep(std::string_view code, std::string_view object) const {
  static_cast<void>(cache_->write(keyOf(code), program_ + " (objects of builds)", object));
}

CacheKey BuildStore::keyOfOutput(const std::string& output) const {
  std::error_code failed;
  const std::string path = std::filesystem::absolute(output, failed).string();
  const std::string_view parts[] = {OutputFormat, path};
  return cache_->key(parts);
}

/// All that the executable was made of, and which file it is.
std::string BuildStore::stateOf(const ProgramIdentity& program,
                                const std::vector<std::string>& options,
                                const std::string& output) const {
  const CacheKey key = programKey(*cache_, program, Artefact::Program);
  std::string state = key.text() + fileIdentity(output.c_str());
  // What is linked with it.
  std::error_code failed;
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(libraryFolder(), failed))
    files.push_back(file.path().string());
  std::ranges::sort(files);
  for (const std::string& file : files) state += file + '\0' + fileIdentity(file.c_str());
  for (const std::string& option : options) state += option + '\0';
  return state;
}

bool BuildStore::isUpToDate(const ProgramIdentity& program, const std::vector<std::string>& options,
                            const std::string& output) const {
  Expected<std::string> known = cache_->read(keyOfOutput(output));
  return known && *known == stateOf(program, options, output);
}

void BuildStore::noteLinked(const ProgramIdentity& program, const std::vector<std::string>& options,
                            const std::string& output) const {
  static_cast<void>(cache_->write(keyOfOutput(output), program_ + " (what was built last)",
                                  stateOf(program, options, output)));
}

}  // namespace gene::jit
