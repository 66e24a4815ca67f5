#pragma once
// What `gene build` keeps in the cache: objects, under all that they are made of, and which executable it wrote last to a
// path. A rebuild after a change compiles what is not there, and none of it if nothing has changed.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/jit/Cache.h"
#include "codegen/jit/Programs.h"

namespace gene::jit {

class BuildStore {
 public:
  /// Of a program of this name. Null when there is no cache, or it cannot be used.
  static std::unique_ptr<BuildStore> open(std::string_view program);

  /// The object that was kept for this code.
  [[nodiscard]] std::optional<std::string> find(std::string_view code) const;
  /// Keeps an object. Where that fails nothing is kept.
  void keep(std::string_view code, std::string_view object) const;
  /// Lets go of what was not used for longest, if all is too much.
  void trim() const { cache_->trim(); }

  /// Is the file at `output` the one that was linked last of this program with these options, and unchanged since?
  [[nodiscard]] bool isUpToDate(const ProgramIdentity& program,
                                const std::vector<std::string>& options,
                                const std::string& output) const;
  /// The same file as it is now was linked of them.
  void noteLinked(const ProgramIdentity& program, const std::vector<std::string>& options,
                  const std::string& output) const;

 private:
  BuildStore(std::unique_ptr<Cache> cache, std::string program);
  [[nodiscard]] CacheKey keyOf(std::string_view code) const;
  [[nodiscard]] CacheKey keyOfOutput(const std::string& output) const;
  [[nodiscard]] std::string stateOf(const ProgramIdentity& program,
                                    const std::vector<std::string>& options,
                                    const std::string& output) const;

  std::unique_ptr<Cache> cache_;
  std::string program_;
  std::string compiler_;
};

}  // namespace gene::jit
