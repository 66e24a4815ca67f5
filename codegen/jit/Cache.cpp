#include "codegen/jit/Cache.h"

#define XXH_INLINE_ALL
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

namespace gene::jit {
namespace {

constexpr std::string_view Ending = ".native";
constexpr std::string_view Temporary = "new-";
constexpr const char* SecretName = "secret";
constexpr const char* LockName = "lock";
constexpr uint64_t DefaultLimit = uint64_t{256} << 20;
constexpr uint64_t LargestFile = uint64_t{1} << 30;
constexpr uint64_t LongestLabel = 65536;
constexpr int64_t AbandonedAfter =
    3600;  // seconds: a writer that has not renamed its file until then has died

/// What a file ends with, behind the label.
struct Trailer {
  char magic[8];
  uint64_t bytes;  // of the contents
  uint64_t label;  // likewise
  uint64_t keyHigh, keyLow;
  uint64_t hashHigh, hashLow;  // of everything before
};
constexpr char Magic[8] = {'G', 'e', 'n', 'e', 'J', 'I', 'T', '1'};

Failure failed(const std::string& what, const std::string& path) {
  return Failure{what + " " + path + ": " + std::strerror(errno)};
}

/// A file of ours: nobody else may read or write it.
bool isPrivate(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
}

/// The folder that the environment asks for.
Expected<std::string> chosenFolder() {
  const char* chosen = std::getenv("GENE_CACHE");
  if (chosen && (std::string_view(chosen) == "off" || std::string_view(chosen) == "0"))
    return Failure{"GENE_CACHE says so"};
  if (chosen && *chosen == '/') return std::string(chosen);
  if (chosen && *chosen) return Failure{"GENE_CACHE is neither `off` nor the path of a folder"};
  const char* base = std::getenv("XDG_CACHE_HOME");
  if (base && *base == '/') return std::string(base) + "/gene";
  const char* home = std::getenv("HOME");
  if (home && *home == '/') return std::string(home) + "/.cache/gene";
  return Failure{"neither XDG_CACHE_HOME nor HOME is set"};
}

XXH128_hash_t hashOf(std::string_view bytes, const uint8_t* secret, size_t secretSize) {
  return XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret, secretSize);
}

/// Is this the trailer of a file of `size` bytes?
bool fits(const Trailer& trailer, uint64_t size) {
  if (size < sizeof trailer || std::memcmp(trailer.magic, Magic, sizeof Magic) != 0) return false;
  const uint64_t rest = size - sizeof trailer;
  return trailer.bytes <= rest && trailer.label == rest - trailer.bytes;
}

/// What a file of `size` bytes says it is; empty if it is not whole.
std::string labelOf(int file, uint64_t size) {
  Trailer trailer;
  if (size < sizeof trailer ||
      ::pread(file, &trailer, sizeof trailer, static_cast<off_t>(size - sizeof trailer)) !=
          sizeof trailer ||
      !fits(trailer, size) || trailer.label > LongestLabel)
    return "";
  std::string label(trailer.label, '\0');
  const ssize_t n = ::pread(file, label.data(), label.size(), static_cast<off_t>(trailer.bytes));
  return n == static_cast<ssize_t>(label.size()) ? label : "";
}

bool writeAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// A file's bytes, mapped as long as this lives.
class Mapping {
 public:
  Mapping(int file, size_t size) : size_(size) {
    void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes != MAP_FAILED) bytes_ = static_cast<const char*>(bytes);
  }
  ~Mapping() {
    if (bytes_) ::munmap(const_cast<char*>(bytes_), size_);
  }
  Mapping(const Mapping&) = delete;
  [[nodiscard]] std::string_view bytes() const {
    return bytes_ ? std::string_view(bytes_, size_) : std::string_view();
  }

 private:
  const char* bytes_ = nullptr;
  size_t size_;
};

}  // namespace

std::string CacheKey::text() const {
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return digits;
}

uint64_t Cache::limit() {
  const char* text = std::getenv("GENE_CACHE_SIZE");
  if (!text || *text < '0' || *text > '9') return DefaultLimit;
  char* end = nullptr;
  const uint64_t number = std::strtoull(text, &end, 10);
  const int shift = (*end | 32) == 'k' ? 10 : (*end | 32) == 'm' ? 20 : (*end | 32) == 'g' ? 30 : 0;
  return number << shift;
}

Expected<std::unique_ptr<Cache>> Cache::open(Access access) {
  Expected<std::string> path = chosenFolder();
  if (!path) return path.failure();
  if (access == Access::Write && ::mkdir(path->c_str(), 0700) != 0 && errno == ENOENT) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(*path).parent_path(), ignored);
    ::mkdir(path->c_str(), 0700);
  }
  const int folder = ::open(path->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return failed("cannot open", *path);
  std::unique_ptr<Cache> cache(new Cache(*path, folder));
  struct stat status{};
  if (::fstat(folder, &status) != 0 || !isPrivate(status))
    return Failure{*path + " is open to other users (chmod 700 closes it)"};
  if (Status read = cache->readSecret(access); !read) return Failure{read.message()};
  return cache;
}

Cache::~Cache() {
  if (lock_ >= 0) ::close(lock_);
  ::close(folder_);
}

Status Cache::readSecret(Access access) {
  for (int attempt = 0; attempt < 2; attempt++) {
    const int file = ::openat(folder_, SecretName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file >= 0) {
      struct stat status{};
      const bool good = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                        isPrivate(status) && status.st_size == SecretSize &&
                        ::read(file, secret_, SecretSize) == SecretSize;
      ::close(file);
      if (good) return {};
    }
    if (access == Access::Read || attempt == 1) break;
    // A directory or a link of that name, or a file that others can read: another one takes its place.
    if (file >= 0) ::unlinkat(folder_, SecretName, 0);
    if (Status made = makeSecret(); !made) return made;
  }
  return Failure{"there is no cache in " + path_ + " yet"};
}

Status Cache::makeSecret() const {
  uint8_t bytes[SecretSize];
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    return failed("cannot make", path_ + "/" + SecretName);
  const std::string_view parts[] = {{reinterpret_cast<const char*>(bytes), sizeof bytes}};
  return writeNew(SecretName, parts, false);
}

/// The file `name` from parts, whole or not at all. Without `replace` one that another process has made meanwhile stays.
Status Cache::writeNew(const std::string& name, Span<const std::string_view> parts,
                       bool replace) const {
  uint64_t number = 0;
  static_cast<void>(::getrandom(&number, sizeof number, 0));
  const std::string temporary = std::string(Temporary) + CacheKey{0, number}.text().substr(16);
  const int file =
      ::openat(folder_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed("cannot write", path_ + "/" + temporary);
  bool good = ::fchmod(file, 0600) == 0;
  for (const std::string_view part : parts) good = good && writeAll(file, part);
  good = ::close(file) == 0 && good;
  if (good && replace)
    good = ::renameat(folder_, temporary.c_str(), folder_, name.c_str()) == 0;
  else if (good)
    good = ::linkat(folder_, temporary.c_str(), folder_, name.c_str(), 0) == 0 || errno == EEXIST;
  const int error = errno;
  if (!good || !replace) ::unlinkat(folder_, temporary.c_str(), 0);
  errno = error;
  return good ? Status() : failed("cannot write", path_ + "/" + name);
}

CacheKey Cache::key(Span<const std::string_view> parts) const {
  XXH3_state_t state;
  XXH3_INITSTATE(&state);
  XXH3_128bits_reset_withSecret(&state, secret_, sizeof secret_);
  for (const std::string_view part : parts) {
    const uint64_t size = part.size();
    XXH3_128bits_update(&state, &size, sizeof size);
    XXH3_128bits_update(&state, part.data(), part.size());
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return {hash.high64, hash.low64};
}

bool Cache::isWhole(std::string_view bytes, CacheKey key) const {
  Trailer trailer;
  if (bytes.size() < sizeof trailer) return false;
  std::memcpy(&trailer, bytes.data() + bytes.size() - sizeof trailer, sizeof trailer);
  if (!fits(trailer, bytes.size()) || trailer.keyHigh != key.high || trailer.keyLow != key.low)
    return false;
  const XXH128_hash_t hash =
      hashOf(bytes.substr(0, bytes.size() - sizeof trailer.hashHigh - sizeof trailer.hashLow),
             secret_, sizeof secret_);
  return hash.high64 == trailer.hashHigh && hash.low64 == trailer.hashLow;
}

Expected<int> Cache::find(CacheKey key) const {
  const std::string name = key.text() + std::string(Ending);
  const int file = ::openat(folder_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return Failure{std::string(NotThere)};
  const auto odd = [&](const char* what) -> Failure {
    ::close(file);
    return Failure{name + " " + what};
  };
  struct stat status{};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return odd("is no file");
  if (!isPrivate(status)) return odd("is open to other users");
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size == 0 || size > LargestFile) return odd("is damaged");
  const Mapping mapping(file, size);
  if (!isWhole(mapping.bytes(), key)) return odd("is damaged");
  ::futimens(file, nullptr);  // it was used now
  return file;
}

Expected<std::string> Cache::read(CacheKey key) const {
  Expected<int> file = find(key);
  if (!file) return file.failure();
  struct stat status{};
  Trailer trailer;
  const bool isThere =
      ::fstat(*file, &status) == 0 &&
      ::pread(*file, &trailer, sizeof trailer,
              status.st_size - static_cast<off_t>(sizeof trailer)) == sizeof trailer;
  const Mapping mapping(*file, isThere ? static_cast<size_t>(status.st_size) : 0);
  ::close(*file);
  if (!mapping.bytes().data()) return Failure{key.text() + " cannot be read"};
  return std::string(mapping.bytes().substr(0, trailer.bytes));
}

Status Cache::add(CacheKey key, std::string_view label, std::string_view bytes) const {
  if (Status status = write(key, label, bytes); !status) return status;
  trim();
  return {};
}

Status Cache::write(CacheKey key, std::string_view label, std::string_view bytes) const {
  label = label.substr(0, LongestLabel);
  Trailer trailer{{}, bytes.size(), label.size(), key.high, key.low, 0, 0};
  std::copy_n(Magic, sizeof Magic, trailer.magic);
  std::string all(bytes);
  all += label;
  all.append(reinterpret_cast<const char*>(&trailer), offsetof(Trailer, hashHigh));
  const XXH128_hash_t hash = hashOf(all, secret_, sizeof secret_);
  const uint64_t words[] = {hash.high64, hash.low64};
  const std::string_view parts[] = {all, {reinterpret_cast<const char*>(words), sizeof words}};
  return writeNew(key.text() + std::string(Ending), parts, true);
}

std::vector<Cache::Entry> Cache::entries() const {
  std::vector<Entry> result;
  const int again = ::openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const folder = again < 0 ? nullptr : ::fdopendir(again);
  if (!folder) return result;
  while (const dirent* found = ::readdir(folder)) {
    const std::string_view name = found->d_name;
    if (!name.ends_with(Ending) && !name.starts_with(Temporary)) continue;
    const int file = ::openat(folder_, found->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) continue;
    struct stat status{};
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
      Entry entry{
          std::string(name), {}, static_cast<uint64_t>(status.st_size), status.st_mtim.tv_sec};
      if (name.ends_with(Ending)) entry.label = labelOf(file, entry.size);
      result.push_back(std::move(entry));
    }
    ::close(file);
  }
  ::closedir(folder);
  std::ranges::sort(result, [](const Entry& a, const Entry& b) {
    return a.lastUse != b.lastUse ? a.lastUse > b.lastUse : a.name < b.name;
  });
  return result;
}

void Cache::trim() const {
  const int64_t now = std::time(nullptr);
  const uint64_t most = limit();
  uint64_t sum = 0;
  for (const Entry& entry : entries()) {
    const bool isTemporary = entry.name.starts_with(Temporary);
    if (isTemporary && entry.lastUse + AbandonedAfter > now) continue;
    sum += entry.size;
    if (isTemporary || sum > most) ::unlinkat(folder_, entry.name.c_str(), 0);
  }
}

size_t Cache::clear() const {
  const std::vector<Entry> all = entries();
  for (const Entry& entry : all) ::unlinkat(folder_, entry.name.c_str(), 0);
  ::unlinkat(folder_, SecretName, 0);
  return all.size();
}

Status Cache::lock(int seconds) {
  lock_ = ::openat(folder_, LockName, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock_ < 0) return failed("cannot open", path_ + "/" + LockName);
  constexpr int TriesPerSecond = 20;
  for (int left = seconds * TriesPerSecond; ::flock(lock_, LOCK_EX | LOCK_NB) != 0; left--) {
    if (errno != EINTR && errno != EWOULDBLOCK) return failed("cannot lock", path_);
    if (left == 0) return Failure{"another process compiles for the cache"};
    ::usleep(1'000'000 / TriesPerSecond);
  }
  return {};
}

}  // namespace gene::jit
