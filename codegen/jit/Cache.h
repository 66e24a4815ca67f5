#pragma once
// Files that are kept from one run of `gene` to the next, each under a key that stands for all it was made from.
//
// They lie in $XDG_CACHE_HOME/gene (or ~/.cache/gene; GENE_CACHE names another folder, `off` none), which belongs to the user
// alone. A file is written under another name and renamed, so it is there as a whole or not at all; it ends with its key and
// with a hash over all of it, keyed by a secret of the folder. What does not pass is treated as if it were not there, and
// written anew. Files that were not used for longest go when all of them take more than the limit (GENE_CACHE_SIZE).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/support/Expected.h"
#include "runtime/support/Span.h"

namespace gene::jit {

/// A hash of 128 bits that nobody can foresee who does not know the folder's secret.
struct CacheKey {
  uint64_t high = 0, low = 0;
  /// 32 hexadecimal digits: the name of the file.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

class Cache {
 public:
  enum class Access { Read, Write };
  /// Opens the folder; to write, makes what is missing of it. Fails with the reason when there is none, when it is switched
  /// off, or when others than the user may write to it or read it.
  static Expected<std::unique_ptr<Cache>> open(Access access);
  ~Cache();
  Cache(const Cache&) = delete;

  /// The key of what is made from these texts, in this order.
  [[nodiscard]] CacheKey key(Span<const std::string_view> parts) const;
  /// A descriptor of the file under `key`, open for reading; the caller closes it. All of the file was read and checked. Fails
  /// when it is not there (`NotThere`) or is not what was written.
  [[nodiscard]] Expected<int> find(CacheKey key) const;
  static constexpr std::string_view NotThere = "it is not in the cache";
  /// The contents of that file.
  [[nodiscard]] Expected<std::string> read(CacheKey key) const;
  /// Writes `bytes` under `key`, then trims. `label`: what it is, for people.
  Status add(CacheKey key, std::string_view label, std::string_view bytes) const;
  /// The same, without trimming.
  Status write(CacheKey key, std::string_view label, std::string_view bytes) const;
  /// Lets go of what was not used for longest, where all files take more than the limit.
  void trim() const;

  struct Entry {
    std::string name;   // of the file
    std::string label;  // empty for a file that is not whole
    uint64_t size = 0;
    int64_t lastUse = 0;  // seconds since 1970
  };
  /// All files, the one used last first. Their contents are not checked.
  [[nodiscard]] std::vector<Entry> entries() const;
  /// Removes all files and the secret; gives the number of files.
  size_t clear() const;
  /// Waits until no other process has the lock, and takes it until this object goes. Fails after `seconds`.
  Status lock(int seconds);
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The most bytes that all files may take.
  [[nodiscard]] static uint64_t limit();

 private:
  Cache(std::string path, int folder) : path_(std::move(path)), folder_(folder) {}
  Status readSecret(Access access);
  Status makeSecret() const;
  Status writeNew(const std::string& name, Span<const std::string_view> parts, bool replace) const;
  [[nodiscard]] bool isWhole(std::string_view bytes, CacheKey key) const;

  static constexpr size_t SecretSize = 192;  // what XXH3 takes
  std::string path_;
  int folder_;
  int lock_ = -1;
  uint8_t secret_[SecretSize] = {};
};

}  // namespace gene::jit
