#include "driver/deps/Store.h"

#include <algorithm>
#include <filesystem>

#include "codegen/link/Process.h"
#include "driver/deps/Sha256.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

/// The files of a package, relative to it and sorted: all but .git, .gene, its build folder and lock file.
Expected<std::vector<std::string>> filesOf(const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code failed;
  auto entry = fs::recursive_directory_iterator(directory, failed);
  for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool isTop = entry.depth() == 0;
    const bool isLeftOut = name == ".git" || name == ".gene" ||
                           (isTop && (name == "build" || name == "package.gene.lock"));
    std::error_code ignored;
    if (isLeftOut)
      entry.disable_recursion_pending();
    else if (fs::is_regular_file(entry->path(), ignored))
      files.push_back(entry->path().lexically_relative(directory).generic_string());
  }
  if (failed) return Failure{"Cannot read " + directory.string() + ": " + failed.message()};
  std::ranges::sort(files);
  return files;
}

/// Runs git; fails with what it says.
Status git(std::vector<std::string> words) {
  words.insert(words.begin(), "git");
  Expected<ProcessResult> result = runProcess(words);
  if (!result) return Failure{result.message()};
  if (result->exitCode == 0) return {};
  while (result->output.ends_with('\n')) result->output.pop_back();
  return Failure{result->output};
}

Expected<Fetched> clone(const DependencySource& source, const std::string& owner) {
  Expected<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::make();
  if (!folder) return folder.failure();
  const std::string directory = (*folder)->path() + "/clone";
  // A path is meant from the package, as those of ^path are.
  const bool isPath = source.place.starts_with(".");
  const std::string from = isPath ? (fs::path(owner) / source.place).string() : source.place;
  auto failure = [&](const Status& status) {
    return Failure{"Cannot fetch " + source.place + ": " + status.message()};
  };
  if (Status status = git({"clone", "--quiet", "--", from, directory}); !status)
    return failure(status);
  const std::string wanted = !source.commit.empty()   ? source.commit
                             : !source.tag.empty()    ? "refs/tags/" + source.tag
                             : !source.branch.empty() ? "refs/remotes/origin/" + source.branch
                                                      : "";
  if (!wanted.empty()) {
    if (wanted.starts_with('-')) return Failure{"Invalid revision: " + wanted};
    if (Status status = git({"-C", directory, "checkout", "--quiet", "--detach", wanted}); !status)
      return failure(status);
  }
  Expected<ProcessResult> head = runProcess({"git", "-C", directory, "rev-parse", "HEAD"});
  if (!head) return head.failure();
  std::string commit = head->output.substr(0, head->output.find('\n'));
  const std::string package = source.subdirectory.empty()
                                  ? directory
                                  : (fs::path(directory) / source.subdirectory).string();
  return Fetched{package, std::move(commit), std::move(*folder)};
}

}  // namespace

Expected<Fetched> fetch(const DependencySource& source, const std::string& owner) {
  if (source.type == "git") return clone(source, owner);
  std::error_code failed;
  const fs::path base = fs::weakly_canonical(owner, failed);
  const fs::path directory = fs::weakly_canonical(base / source.place, failed);
  if (source.type == "subdir" && !(directory.string() + "/").starts_with(base.string() + "/"))
    return Failure{"^subdir \"" + source.place + "\" lies outside of " + base.string()};
  return Fetched{directory.string(), {}, {}};
}

Expected<std::string> hashPackage(const std::string& directory) {
  Expected<std::vector<std::string>> files = filesOf(directory);
  if (!files) return files.failure();
  Sha256 hash;
  for (const std::string& file : *files) {
    Expected<std::string> text = readFile((fs::path(directory) / file).string());
    if (!text) return text.failure();
    hash.add(file + "\t" + sha256(*text) + "\n");
  }
  return hash.finish();
}

Status copyPackage(const std::string& from, const std::string& to) {
  Expected<std::vector<std::string>> files = filesOf(from);
  if (!files) return Failure{files.message()};
  const std::string part = to + ".part";
  std::error_code failed;
  fs::remove_all(part, failed);
  fs::create_directories(part, failed);
  for (const std::string& file : *files) {
    const fs::path target = fs::path(part) / file;
    if (!failed) fs::create_directories(target.parent_path(), failed);
    if (!failed) fs::copy_file(fs::path(from) / file, target, failed);
    if (failed) break;
  }
  if (!failed) {
    fs::remove_all(to, failed);
    fs::rename(part, to, failed);
  }
  if (!failed) return {};
  std::error_code ignored;
  fs::remove_all(part, ignored);
  return Failure{"Cannot write " + to + ": " + failed.message()};
}

std::vector<std::string> nativeFiles(const std::string& directory) {
  std::vector<std::string> found;
  Expected<std::vector<std::string>> files = filesOf(directory);
  if (!files) return found;
  for (const std::string& file : *files)
    for (const char* ending : {".so", ".dylib", ".dll", ".a", ".o"})
      if (file.ends_with(ending)) found.push_back(file);
  return found;
}

}  // namespace gene::driver
