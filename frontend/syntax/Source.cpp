#include "frontend/syntax/Source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "runtime/support/Check.h"
#include "runtime/support/ContentHash.h"
#include "runtime/support/Expected.h"
#include "runtime/support/ModuleText.h"
#include "runtime/support/Utf8.h"

namespace gene {

struct SourceManager::File {
  std::string name;
  std::string path;  // that it was read from
  std::string text;
  uint32_t start;
  std::optional<uint64_t> hash;  // of the text that it had, if this is another one
  // Filled at the first question: where lines begin, and how many characters are before each block of the text.
  mutable std::vector<uint32_t> lineStarts, charactersBefore;

  static constexpr uint32_t BlockSize = 256;

  void indexLines() const {
    const std::string_view all = text;
    lineStarts.push_back(0);
    for (size_t i = 0; i < all.size(); i++)
      if (all[i] == '\n') lineStarts.push_back(static_cast<uint32_t>(i + 1));
    uint32_t characters = 0;
    for (size_t i = 0; i <= all.size(); i += BlockSize) {
      charactersBefore.push_back(characters);
      characters += static_cast<uint32_t>(utf8::count(all.substr(i, BlockSize)));
    }
  }
  [[nodiscard]] uint64_t contents() const { return hash ? *hash : contentHash(text); }
  /// How many characters are before this byte.
  [[nodiscard]] uint32_t characterAt(uint32_t offset) const {
    const uint32_t block = offset / BlockSize * BlockSize;
    const std::string_view rest = std::string_view(text).substr(block, offset - block);
    return charactersBefore[offset / BlockSize] + static_cast<uint32_t>(utf8::count(rest));
  }
};

struct SourceManager::Files {
  std::vector<std::unique_ptr<File>> all;  // by `start`
  std::map<std::string, std::string> overlays;
  uint32_t next = 1;
};

SourceManager::SourceManager() : files_(new Files) {}
SourceManager::~SourceManager() { delete files_; }

Location SourceManager::add(std::string name, std::string text) {
  auto file = std::make_unique<File>();
  file->path = name;
  file->name = std::move(name);
  file->text = std::move(text);
  file->start = files_->next;
  // One more than the length, so that the end of the text is a location, too.
  files_->next += static_cast<uint32_t>(file->text.size()) + 1;
  files_->all.push_back(std::move(file));
  return {files_->all.back()->start};
}

Location SourceManager::addCompiled(std::string name, std::string outline, uint64_t hash) {
  const Location start = add(std::move(name), std::move(outline));
  files_->all.back()->hash = hash;
  return start;
}

void SourceManager::overlay(const std::string& path, std::string text) {
  files_->overlays[path] = std::move(text);
}

namespace {

Expected<std::string> readBytes(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return Failure{"File not found: " + path};
    return Failure{"Cannot read " + path + ": " + std::strerror(errno)};
  }
  std::string text;
  struct stat status{};
  if (::fstat(fd, &status) == 0 && status.st_size > 0)
    text.reserve(static_cast<size_t>(status.st_size) + 1);
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(n));
  const int error = errno;
  ::close(fd);
  if (n < 0) return Failure{"Cannot read " + path + ": " + std::strerror(error)};
  return text;
}

/// The text of a source, or of the module in a .gir file. Fails with "File not found: PATH" or a reason.
Expected<std::string> readText(const std::string& path) {
  Expected<std::string> bytes = readBytes(path);
  if (!bytes || !path.ends_with(".gir")) return bytes;
  if (const auto text = moduleTextOf(*bytes)) return std::string(*text);
  return Failure{"Cannot import " + path + ": it holds no module; compile its source again"};
}

}  // namespace

Expected<Location> SourceManager::addFile(const std::string& path, const std::string& name) {
  const auto edited = files_->overlays.find(path);
  Expected<std::string> text =
      edited != files_->overlays.end() ? Expected<std::string>(edited->second) : readText(path);
  if (!text) return text.failure();
  if (text->size() >= UINT32_MAX - files_->next - 1)
    return Failure{"Cannot read " + path + ": file too large"};
  const Location start = add(name.empty() ? path : name, std::move(*text));
  files_->all.back()->path = path;
  return start;
}

bool isCurrent(const InputFile& file) {
  Expected<std::string> text = readText(file.path);
  return text && contentHash(*text) == file.hash;
}

const SourceManager::File& SourceManager::file(Location loc) const {
  auto it = std::upper_bound(files_->all.begin(), files_->all.end(), loc.offset,
                             [](uint32_t offset, const auto& f) { return offset < f->start; });
  GENE_ASSERT(it != files_->all.begin(), "a location of this source manager");
  return **(it - 1);
}

std::string_view SourceManager::text(Location loc) const { return file(loc).text; }
std::string_view SourceManager::name(Location loc) const { return file(loc).name; }
const std::string& SourceManager::path(Location loc) const { return file(loc).path; }
uint64_t SourceManager::hash(Location loc) const { return file(loc).contents(); }
Location SourceManager::start(Location loc) const { return {file(loc).start}; }

Position SourceManager::position(Location loc) const {
  if (!loc.valid() || files_->all.empty()) return {};
  const File& f = file(loc);
  if (f.lineStarts.empty()) f.indexLines();
  const uint32_t offset = std::min(loc.offset - f.start, static_cast<uint32_t>(f.text.size()));
  auto it = std::upper_bound(f.lineStarts.begin(), f.lineStarts.end(), offset) - 1;
  return {f.name, static_cast<uint32_t>(it - f.lineStarts.begin()) + 1,
          f.characterAt(offset) - f.characterAt(*it) + 1};
}

std::vector<InputFile> SourceManager::dependencies() const {
  std::vector<InputFile> result;
  for (const auto& f : files_->all)
    if (!f->name.starts_with('<')) result.push_back({f->name, f->path, f->contents()});
  return result;
}

std::vector<SourceManager::Source> SourceManager::all() const {
  std::vector<Source> result;
  for (const auto& f : files_->all) result.push_back({f->name, f->text, {f->start}});
  return result;
}

bool SourceManager::contains(std::string_view name) const {
  return std::ranges::any_of(files_->all, [&](const auto& f) { return f->name == name; });
}

std::string_view SourceManager::line(Location loc) const {
  if (!loc.valid() || files_->all.empty()) return {};
  const File& f = file(loc);
  const std::string_view text = f.text;
  const size_t offset = std::min<size_t>(loc.offset - f.start, text.size());
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t from = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = text.substr(from, std::min(text.find('\n', offset), text.size()) - from);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace gene
